"""Where a run has trained, and how long: in its work dir, or in those of the passes and of the training after them."""

from __future__ import annotations

from pathlib import Path

from d2sp_mm.runs.scalars import read_scalars, scalar_files


def run_folders(work_dir: Path) -> list[Path]:
    """The work dirs of what one command has trained so far.

    Args:
        work_dir: Of ``tools/train.py`` or ``tools/purify.py``.

    Returns:
        In the order in which they began; at least the folder itself.
    """
    began = {folder: files[-1].parents[1].name for folder in work_dir.glob("*/") if (files := scalar_files(folder))}
    return sorted(began, key=began.__getitem__) or [work_dir]


def trained_epochs(work_dir: Path) -> int:
    """How many epochs one command has begun to train, those of passes included.

    Args:
        work_dir: See :func:`run_folders`.
    """
    scalars = (read_scalars(folder, every_start=True) for folder in run_folders(work_dir))
    return sum(max((int(entry["epoch"]) for entry in found if "loss" in entry), default=0) for found in scalars)
