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

from d2sp_mm.experiments.demo.settings import PASSES, DemoSettings
from d2sp_mm.experiments.protocol.run_folders import run_folders, trained_epochs
from d2sp_mm.experiments.protocol.scored import TESTED, mean_of_last
from d2sp_mm.io.whole_files import atomic_write


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


#: ``{"runs": {name: {"top1", "uar", "cost", "seconds"}}, "purification": evaluation}``
Summary = Mapping[str, Mapping[str, Any]]


def summarize(settings: DemoSettings, seconds: Mapping[str, float], evaluation: Mapping[str, Any]) -> Summary:
    """Gather the figures of the finished runs.

    Args:
        settings: The demo's settings.
        seconds: Wall time of each run, by its name.
        evaluation: What :func:`d2sp_mm.experiments.evaluation.evaluate_purification` said of the passes.

    Returns:
        The summary; ``top1`` (WAR) and ``uar`` (mean of the classes' recalls) in [0, 1], of the clean test clips, means of
        the last :data:`TESTED` epochs; ``cost`` in plain runs, by the epochs that were trained.

    Raises:
        DataError: A run has left no figures of one of its last epochs.
    """
    runs = {}
    for name, work_dir in settings.work_dirs.items():
        accuracy = mean_of_last(run_folders(work_dir)[-1], settings.epochs)
        runs[name] = {
            "top1": accuracy.war,
            "uar": accuracy.uar,
            "cost": trained_epochs(work_dir) / settings.epochs,
            "seconds": round(seconds[name], 1),
        }
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
    "random": "prunes as many clips as d2sp, but at random",
    "d2sp": "prunes and corrects while it trains",
    "passes": f"purified first ({PASSES}), then trained from scratch",
    "oracle": "true labels, no corrupted clips",
}


def runs_table(runs: Mapping[str, Mapping[str, Any]]) -> Table:
    """Lay out the test figures of one seed's runs.

    Args:
        runs: The summary's ``runs``.

    Returns:
        One row a run.
    """
    table = _table(f"Clean test clips, mean of the last {TESTED} epochs; cost in plain runs")
    for name, figures in runs.items():
        gap = _share(None if name == "plain" else recovered_gap(runs, name), 0)
        row = (_share(figures["top1"]), _share(figures["uar"]), gap, f"{figures['cost']:.2f}", f"{figures['seconds']:.0f}")
        table.add_row(name, _MEANINGS[name], *row, style="bold" if name == "passes" else None)
    return table


def seeds_table(spread: Mapping[str, Mapping[str, Mapping[str, float]]], num_seeds: int) -> Table:
    """Lay out mean and deviation over several seeds.

    Args:
        spread: What :func:`spread_over_seeds` returned as ``runs``.
        num_seeds: How many seeds.

    Returns:
        One row a run; the recovered gap is that of the mean accuracies.
    """
    of = f"clean test clips, mean of the last {TESTED} epochs"
    table = _table(f"Mean and standard deviation over {num_seeds} seeds, {of}; cost in plain runs")
    means = {name: {figure: values["mean"] for figure, values in figures.items()} for name, figures in spread.items()}
    for name, figures in spread.items():
        gap = _share(None if name == "plain" else recovered_gap(means, name), 0)
        both = [f"{100 * figures[f]['mean']:.1f} ± {100 * figures[f]['deviation']:.1f} %" for f in ("top1", "uar")]
        row = (*both, gap, f"{figures['cost']['mean']:.2f}", f"{figures['seconds']['mean']:.0f}")
        table.add_row(name, _MEANINGS[name], *row, style="bold" if name == "passes" else None)
    return table


def enrichment_line(summary: Summary, num_train: int) -> str:
    """Say in one sentence how much richer in corrupted clips the pruned set is than chance."""
    times = enrichment(summary["purification"], num_train)
    if times is None:
        return "Nothing was pruned, or nothing planted: there is no enrichment to tell."
    return f"The pruned set is {times:.1f} times richer in corrupted clips than chance."


def _table(title: str) -> Table:
    table = Table(title=title)
    table.add_column("run")
    table.add_column("what it is")
    for column in ("top-1", "UAR", "gap recovered", "cost", "seconds"):
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
