"""Decisions. A stage is a frozen dataclass of hyper-parameters; it reads a ledger and changes nothing."""

from d2sp_mm.stages import baselines
from d2sp_mm.stages.coarse_pruning import CoarsePruning
from d2sp_mm.stages.doubtful_label_pruning import DoubtfulLabelPruning
from d2sp_mm.stages.fine_correction import FineCorrection
from d2sp_mm.stages.random_pruning import RandomPruning
from d2sp_mm.stages.stage import Stage

__all__ = ["CoarsePruning", "DoubtfulLabelPruning", "FineCorrection", "RandomPruning", "Stage", "baselines"]
