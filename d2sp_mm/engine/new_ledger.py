"""The empty ledger of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from d2sp_mm.engine.training_parts import TrainingParts
from d2sp_mm.ledger import Ledger
from d2sp_mm.stages import Stage


def new_ledger(
    parts: TrainingParts,
    stages: Mapping[str, Stage],
    decision_epochs: Mapping[str, Sequence[int]],
    history: int | None,
    prob_bits: int | None,
) -> Ledger:
    """A ledger of the training set that holds what the stages look at.

    Args:
        parts: The parts of the run.
        stages: What will decide, by name.
        decision_epochs: When, by the same names.
        history: How many epochs of observations are kept at least.
        prob_bits: Bits of each probability; if None as many as a stage asks for, and 16 where none decides, because what
            such a run records is looked at later, by whatever.
    """
    keys, labels = parts.dataset.map.keys_and_labels()
    draws = np.bincount(parts.dataset.map.samples, minlength=len(keys))
    looked_at = [stage.last_epochs(decision_epochs[name][-1]) for name, stage in stages.items()]
    bits = prob_bits or max((stage.prob_bits for stage in stages.values()), default=16)
    return Ledger(keys, labels, parts.num_classes, max([*looked_at, history or 1]), draws, parts.class_weights, bits)
