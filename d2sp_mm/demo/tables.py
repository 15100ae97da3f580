"""The demo's tables, for the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from d2sp_mm.demo.summary import Summary, enrichment, recovered_gap

_MEANINGS = {
    "plain": "trained on the noisy set as it is",
    "d2sp": "prunes, then corrects",
    "random": "prunes as many clips, but at random",
    "oracle": "true labels, no spoiled clips",
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
        spread: What :func:`d2sp_mm.demo.seeds.spread_over_seeds` returned as ``runs``.
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
    """Say in one sentence how much richer in spoiled clips the pruned set is than chance."""
    times = enrichment(summary["purification"], num_train)
    if times is None:
        return "Nothing was pruned, or nothing planted: there is no enrichment to tell."
    return f"The pruned set is {times:.1f} times richer in spoiled clips than chance."


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
