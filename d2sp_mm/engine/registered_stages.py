"""Puts the stages, which know no registry, into the registry."""

from d2sp_mm.registry import STAGES
from d2sp_mm.stages import CoarsePruning, FineCorrection, RandomPruning

for _stage in (CoarsePruning, FineCorrection, RandomPruning):
    STAGES.register_module(module=_stage)
