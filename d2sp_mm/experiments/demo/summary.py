"""The figures of the runs, and their tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np
from rich.table import Table

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.demo.settings import RECIPES, DemoSettings
from d2sp_mm.io.whole_files import atomic_write
from d2sp_mm.runs.scalars import read_scalars


@dataclass(frozen=True, eq=False)
class EpochCurves:
    """How training went, one value an epoch.

    Args:
        epochs: Epochs counted from 1, shape ``(e,)``.
        losses: Mean loss of the epoch's last logged iterations, shape ``(e,)``.
        accuracies: Share of the epoch's training clips that were predicted as labelled, shape ``(e,)``.
    """

    epochs: np.ndarray
    losses: np.ndarray
    accuracies: np.ndarray


def final_accuracy(scalars: Sequence[dict[str, Any]], epochs: int) -> dict[str, float]:
    """Return the test figures of the last epoch, never of the best one.

    Args:
        scalars: What :func:`d2sp_mm.runs.scalars.read_scalars` returned.
        epochs: Epochs of the run.

    Returns:
        ``top1`` (WAR) and ``uar`` (mean of the classes' recalls), each in [0, 1].

    Raises:
        DataError: There was no validation after the last epoch.
    """
    tests = [entry for entry in scalars if {"acc/top1", "acc/mean1", "step"} <= entry.keys()]
    if not tests or tests[-1]["step"] != epochs:
        found = f"the last is of epoch {tests[-1]['step']}" if tests else "there is none"
        raise DataError(f"demo: no test figures (acc/top1, acc/mean1) of the last epoch, {epochs}; {found}.")
    return {"top1": float(tests[-1]["acc/top1"]), "uar": float(tests[-1]["acc/mean1"])}


def epoch_curves(scalars: Sequence[dict[str, Any]]) -> EpochCurves:
    """Gather the training figures by epoch.

    Args:
        scalars: What :func:`d2sp_mm.runs.scalars.read_scalars` returned.

    Returns:
        Loss and training accuracy of each epoch.
    """
    by_epoch: dict[int, list[dict[str, Any]]] = {}
    for entry in scalars:
        if "loss" in entry:
            by_epoch.setdefault(int(entry["epoch"]), []).append(entry)
    epochs = sorted(by_epoch)
    return EpochCurves(
        epochs=np.array(epochs, dtype=np.int64),
        # MMEngine smooths the loss itself, but not the accuracy.
        losses=np.array([by_epoch[epoch][-1]["loss"] for epoch in epochs], dtype=np.float64),
        accuracies=np.array([np.mean([e["top1_acc"] for e in by_epoch[epoch]]) for epoch in epochs], dtype=np.float64),
    )


#: ``{"runs": {name: {"top1", "uar", "seconds"}}, "purification": evaluation}``
Summary = Mapping[str, Mapping[str, Any]]


def summarize(settings: DemoSettings, seconds: Mapping[str, float], evaluation: Mapping[str, Any]) -> Summary:
    """Gather the figures of the finished runs.

    Args:
        settings: The demo's settings.
        seconds: Wall time of each run, by its name.
        evaluation: What :func:`d2sp_mm.experiments.evaluation.evaluate_purification` said of the purified run.

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
    return {"runs": runs, "purification": dict(evaluation)}


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


def enrichment(evaluation: Mapping[str, Mapping[str, Any]], num_train: int) -> float | None:
    """How many times richer in corrupted clips the pruned set is than the whole set.

    Args:
        evaluation: What :func:`d2sp_mm.experiments.evaluation.evaluate_purification` said.
        num_train: Training clips, the noisy ones included.

    Returns:
        Precision of the pruned set over the planted rate, 1 = chance; None where nothing was pruned or planted.

    Source:
        Our own.
    """
    found = evaluation["low_quality"]
    if found["precision"] is None or not found["planted"]:
        return None
    return float(found["precision"] * num_train / found["planted"])


_MEANINGS = {
    "plain": "trained on the noisy set as it is",
    "d2sp": "prunes, then corrects",
    "random": "prunes as many clips, but at random",
    "oracle": "true labels, no corrupted clips",
}


def runs_table(runs: Mapping[str, Mapping[str, Any]]) -> Table:
    """Lay out the test figures of one seed's runs.

    Args:
        runs: The summary's ``runs``.

    Returns:
        One row a run.
    """
    table = _table("Accuracy on the clean test clips after the last epoch", "seconds")
    for name, figures in runs.items():
        gap = _share(None if name == "plain" else recovered_gap(runs, name), 0)
        row = (_share(figures["top1"]), _share(figures["uar"]), gap, f"{figures['seconds']:.0f}")
        table.add_row(name, _MEANINGS[name], *row, style="bold" if name == "d2sp" else None)
    return table


def seeds_table(spread: Mapping[str, Mapping[str, Mapping[str, float]]], num_seeds: int) -> Table:
    """Lay out mean and deviation over several seeds.

    Args:
        spread: What :func:`spread_over_seeds` returned as ``runs``.
        num_seeds: How many seeds.

    Returns:
        One row a run; the recovered gap is that of the mean accuracies.
    """
    table = _table(f"Mean and standard deviation over {num_seeds} seeds, clean test clips, last epoch", "seconds")
    means = {name: {figure: values["mean"] for figure, values in figures.items()} for name, figures in spread.items()}
    for name, figures in spread.items():
        gap = _share(None if name == "plain" else recovered_gap(means, name), 0)
        both = [f"{100 * figures[f]['mean']:.1f} ± {100 * figures[f]['deviation']:.1f} %" for f in ("top1", "uar")]
        row = (*both, gap, f"{figures['seconds']['mean']:.0f}")
        table.add_row(name, _MEANINGS[name], *row, style="bold" if name == "d2sp" else None)
    return table


def enrichment_line(summary: Summary, num_train: int) -> str:
    """Say in one sentence how much richer in corrupted clips the pruned set is than chance."""
    times = enrichment(summary["purification"], num_train)
    if times is None:
        return "Nothing was pruned, or nothing planted: there is no enrichment to tell."
    return f"The pruned set is {times:.1f} times richer in corrupted clips than chance."


def _table(title: str, *more: str) -> Table:
    table = Table(title=title)
    table.add_column("run")
    table.add_column("what it is")
    columns: Sequence[str] = ("top-1", "UAR", "gap recovered", *more)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _share(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{100 * value:.{digits}f} %"


#: A nested dictionary whose leaves are ``{"mean", "deviation"}``.
Spread = Mapping[str, Any]


def spread_over_seeds(summaries: Sequence[Summary]) -> Spread:
    """Return mean and sample deviation of every figure.

    Args:
        summaries: One summary a seed, at least one.

    Returns:
        A dictionary of the summary's form whose every figure is ``{"mean", "deviation"}``; the deviation of a single seed
        is 0. Seeds where a figure is None (a share of nothing) are left out of it; both are None if it is None in all.

    Source:
        Our own; the deviation divides by one less than the seeds.
    """
    return {key: _spread([summary[key] for summary in summaries]) for key in summaries[0]}


def _spread(values: Sequence[Any]) -> Any:
    if isinstance(values[0], Mapping):
        return {key: _spread([value[key] for value in values]) for key in values[0]}
    there: list[float] = [value for value in values if value is not None]
    if not there:
        return {"mean": None, "deviation": None}
    return {"mean": fmean(there), "deviation": stdev(there) if len(there) > 1 else 0.0}
