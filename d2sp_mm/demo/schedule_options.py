"""Stretching a config's schedule to another number of epochs."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from mmengine.config import Config

#: Fields of MMEngine's schedulers that are points of the schedule.
_POINTS = ("begin", "end", "T_max")


def schedule_options(config: Path, epochs: int) -> list[str]:
    """Return what ``--cfg-options`` needs so that a config trains ``epochs`` epochs.

    Training validates once, after the last epoch. Every scheduler that counts in epochs is stretched in proportion; one
    that has a length keeps at least one epoch.

    Args:
        config: The config file.
        epochs: Epochs to train, at least 1.

    Returns:
        Options ``key=value``; none where the config already says so.
    """
    with warnings.catch_warnings():
        # MMEngine finds packages by pkg_resources, which setuptools warns of at every look-up.
        warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
        found = Config.fromfile(config, import_custom_modules=False)
    wanted: dict[str, Any] = dict.fromkeys(("max_epochs", "val_begin", "val_interval"), epochs)
    options = [f"train_cfg.{key}={value}" for key, value in wanted.items() if found.train_cfg.get(key) != value]
    factor = epochs / found.train_cfg.max_epochs
    for number, scheduler in enumerate(found.param_scheduler):
        if factor == 1 or not scheduler.get("by_epoch", True):
            continue
        # A later point stays later than 0, so that no scheduler slides under the one before it.
        points = {
            name: max(round(scheduler[name] * factor), min(scheduler[name], 1)) for name in _POINTS if name in scheduler
        }
        if "end" in points:
            points["end"] = max(points["end"], points.get("begin", 0) + 1)
        options += [f"param_scheduler.{number}.{name}={value}" for name, value in points.items()]
    return options
