"""Stages and ledger of a run, built from its config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from d2sp_mm.datasets.training_list import TrainingList
from d2sp_mm.engine.training_parts import TrainingParts
from d2sp_mm.ledger import Ledger
from d2sp_mm.registry import STAGES
from d2sp_mm.stages import Stage, settings
from d2sp_mm.stages.settings import STAGES as OURS

for _kind in OURS.values():
    STAGES.register_module(module=_kind)


def build_stages(stages: Mapping[str, Stage | Mapping[str, Any] | None]) -> dict[str, Stage]:
    """As :func:`d2sp_mm.stages.settings.build_stages`, with the stages that users have registered besides."""
    return settings.build_stages(stages, STAGES.module_dict)


def new_ledger(
    given: TrainingList,
    parts: TrainingParts,
    stages: Mapping[str, Stage],
    max_epochs: int,
    keep_epochs: int | None,
) -> Ledger:
    """A ledger of the training set that holds what the stages look at.

    Args:
        given: Keys and given labels.
        parts: The parts of the run.
        stages: What will decide, by name.
        max_epochs: Length of the training schedule.
        keep_epochs: How many epochs of observations are kept at least.
    """
    draws = np.bincount(parts.dataset.map.samples, minlength=len(given.keys))
    needed = (stage.needed_epochs(stage.decision_epochs(max_epochs)[-1]) for stage in stages.values())
    window = max([*needed, keep_epochs or 1])
    return Ledger(given.keys, given.labels, parts.num_classes, window, draws, parts.class_weights)


def longest_window(stages: Mapping[str, Stage], max_epochs: int) -> int:
    """The longest window of the last decisions, in epochs; 0 without stages.

    Args:
        stages: What will decide, by name.
        max_epochs: Length of the training schedule.
    """
    return max((stage.last_epochs(stage.decision_epochs(max_epochs)[-1]) for stage in stages.values()), default=0)

