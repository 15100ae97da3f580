"""The four runs that the demo compares."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """One training run.

    Args:
        name: Its name in tables and files.
        config: Its config, below the folder ``configs``.
        ann_file: Its training list, below the toy set's folder.
    """

    name: str
    config: str
    ann_file: str


_CONFIG = "d2sp/r3d/r3d_r18-slim_{}_toy-dfer.py"

RECIPES = (
    # Not MMAction2's bare VideoDataset: that one ends the run at the first truncated file. `none` only observes.
    Recipe("plain", _CONFIG.format("none"), "train.txt"),
    Recipe("d2sp", _CONFIG.format("d2sp"), "train.txt"),
    Recipe("random", _CONFIG.format("random-prune"), "train.txt"),
    Recipe("oracle", _CONFIG.format("none"), "train_oracle.txt"),
)
