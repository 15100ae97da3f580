"""Stages and ledger of a run, built from its config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from d2sp_mm.datasets.training_list import TrainingList
from d2sp_mm.engine.training_parts import TrainingParts
from d2sp_mm.ledger import Ledger, Observations
from d2sp_mm.ledger.packing import BITS
from d2sp_mm.registry import STAGES
from d2sp_mm.stages import Stage, settings
from d2sp_mm.stages.settings import STAGES as OURS

for _kind in OURS.values():
    STAGES.register_module(module=_kind)


def build_stages(stages: Mapping[str, Stage | Mapping[str, Any] | None]) -> dict[str, Stage]:
    """As :func:`d2sp_mm.stages.settings.build_stages`, with the stages that users have registered besides."""
    return settings.build_stages(stages, STAGES.module_dict)


_ROOM = 64_000_000
#: A probability below 1/900 is 0 in 4 bits; certainties of 12 classes are ranked well, of 60 no longer.
_FEW_CLASSES = 12


def new_ledger(
    given: TrainingList,
    parts: TrainingParts,
    stages: Mapping[str, Stage],
    max_epochs: int,
    keep_epochs: int | None,
    prob_bits: int | None,
) -> Ledger:
    """A ledger of the training set that holds what the stages look at.

    Args:
        given: Keys and given labels.
        parts: The parts of the run.
        stages: What will decide, by name.
        max_epochs: Length of the training schedule.
        keep_epochs: How many epochs of observations are kept at least.
        prob_bits: Bits of each probability; if None :func:`fitting_bits` of what the stages ask for. Where none decides that
            is 16, because what such a run records is looked at later, by whatever.
    """
    draws = np.bincount(parts.dataset.map.samples, minlength=len(given.keys))
    looked_at = [stage.last_epochs(stage.decision_epochs(max_epochs)[-1]) for stage in stages.values()]
    window = max([*looked_at, keep_epochs or 1])
    least = max((stage.prob_bits for stage in stages.values()), default=16)
    # What is kept beyond what the stages look at must not change what they decide.
    bits = prob_bits or fitting_bits(len(given.keys), parts.num_classes, max(looked_at, default=window), least)
    return Ledger(given.keys, given.labels, parts.num_classes, window, draws, parts.class_weights, bits)


def fitting_bits(samples: int, classes: int, window: int, least: int) -> int:
    """The most bits of a probability with which what is observed stays below 64 MB, but no fewer than ``least``.

    Fewer bits decide a little worse (*Bits* in ``docs/d2sp.md``), so they are used where they save something. Of many
    classes 4 bits lose the small probabilities, of which there are many, so there 8 are the least.

    Args:
        samples: Samples of the training set.
        classes: Number of classes.
        window: How many epochs of observations are kept.
        least: Bits that the stages ask for at least, 4, 8 or 16.

    Source:
        Our own.
    """
    least = max(least, 4 if classes <= _FEW_CLASSES else 8)
    for bits in sorted(BITS, reverse=True):
        if bits <= least or samples * Observations.bytes_of_sample(classes, window, bits) <= _ROOM:
            return bits
    return least
