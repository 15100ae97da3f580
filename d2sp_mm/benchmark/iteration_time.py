"""How long an iteration of training took."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from d2sp_mm.protocol.scalars import read_scalars


def iteration_seconds(work_dir: Path, start: float = 0.0) -> float | None:
    """Median of MMEngine's logged seconds an iteration, waiting for data included.

    Args:
        work_dir: Of the run.
        start: Epochs that are left out at the beginning, so that two runs are compared over the same ones.

    Returns:
        Seconds; None where nothing was logged.
    """
    times = [entry["time"] for entry in read_scalars(work_dir) if "loss" in entry and entry["epoch"] > start]
    return median(times) if times else None
