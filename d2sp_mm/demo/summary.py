"""The demo's figures, and what follows from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from d2sp_mm.annotations.atomic_write import atomic_write
from d2sp_mm.demo.recipes import RECIPES
from d2sp_mm.demo.scalars import final_accuracy
from d2sp_mm.demo.settings import DemoSettings
from d2sp_mm.errors import DataError
from d2sp_mm.protocol.scalars import read_scalars

#: ``{"runs": {name: {"top1", "uar", "seconds"}}, "purification": judgement}``
Summary = Mapping[str, Mapping[str, Any]]


def summarize(settings: DemoSettings, seconds: Mapping[str, float], judgement: Mapping[str, Any]) -> Summary:
    """Gather the figures of the finished runs.

    Args:
        settings: The demo's settings.
        seconds: Wall time of each run, by its name.
        judgement: What :func:`d2sp_mm.judge.judge` said of the purified run.

    Returns:
        The summary; ``top1`` and ``uar`` in [0, 1], of the clean test clips after the last epoch.

    Raises:
        DataError: A run has left no figures of its last epoch.
    """
    runs = {}
    for recipe in RECIPES:
        try:
            accuracy = final_accuracy(read_scalars(settings.work_dirs[recipe.name]), settings.epochs)
        except DataError as error:
            raise DataError(f"{settings.work_dirs[recipe.name]}: {error}") from error
        runs[recipe.name] = {**accuracy, "seconds": round(seconds[recipe.name], 1)}
    return {"runs": runs, "purification": dict(judgement)}


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write figures as JSON; the file appears whole or not at all."""
    atomic_write(path, (json.dumps(content, indent=2, allow_nan=False) + "\n").encode())


def recovered_gap(runs: Mapping[str, Mapping[str, float]], name: str) -> float | None:
    """Share of what noise costs that a run wins back, by top-1 accuracy.

    Args:
        runs: The figures of the runs.
        name: The run.

    Returns:
        0 = as plain, 1 = as the oracle; None where the oracle is not above plain.

    Source:
        Our own.
    """
    gap = runs["oracle"]["top1"] - runs["plain"]["top1"]
    return (runs[name]["top1"] - runs["plain"]["top1"]) / gap if gap > 0 else None


def enrichment(judgement: Mapping[str, Mapping[str, Any]], num_train: int) -> float | None:
    """How many times richer in spoiled clips the pruned set is than the whole set.

    Args:
        judgement: What :func:`d2sp_mm.judge.judge` said.
        num_train: Training clips, the noisy ones included.

    Returns:
        Precision of the pruned set over the planted rate, 1 = chance; None where nothing was pruned or planted.

    Source:
        Our own.
    """
    found = judgement["low_quality"]
    if found["precision"] is None or not found["planted"]:
        return None
    return float(found["precision"] * num_train / found["planted"])
