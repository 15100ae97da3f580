"""The charts of the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from d2sp_mm.review.status import STATUSES, statuses
from d2sp_mm.runs.ledger_table import LedgerTable
from d2sp_mm.runs.recorded_run import RecordedRun
from d2sp_mm.runs.trace import Trace

#: Epochs from 1, and a value of each.
Curve = tuple[list[int], list[float]]


def epoch_curves(trace: Trace, labels: np.ndarray, statuses: Sequence[str]) -> dict[str, dict[str, Curve]]:
    """Means over the samples of one status, for every epoch that was traced.

    Args:
        trace: Predictions of n samples.
        labels: The labels as given, shape (n,).
        statuses: What became of each sample.

    Returns:
        By title, then by status: *probability of the given label* and *predicted as given* (share of the samples). An epoch
        in which no sample of that status was seen has no point: what is pruned is not seen again.
    """
    curves: dict[str, dict[str, Curve]] = {"probability of the given label": {}, "predicted as given": {}}
    seen = trace.predictions >= 0
    values = (trace.given_probs.astype(np.float32), trace.predictions == labels)
    for status in dict.fromkeys(statuses):
        members = seen & (np.array(statuses) == status)
        epochs = np.flatnonzero(members.any(axis=1))
        for title, of_each in zip(curves, values):
            means = [float(of_each[epoch, members[epoch]].mean()) for epoch in epochs]
            curves[title][status] = ((epochs + 1).tolist(), means)
    return curves


FOLDER = "charts"
_INK = {"light": "#24292f", "dark": "#d5dae0"}
_COLOURS = {"kept": "#5b8db8", "pruned": "#c0392b", "relabelled": "#c77700"}
#: More classes than this are not named on an axis.
_MOST_NAMES = 40


def write_charts(run: RecordedRun, classes: Sequence[str], out: Path) -> list[dict[str, str]]:
    """Write every chart as SVG, twice.

    Args:
        run: The run.
        classes: Names of its classes.
        out: The page's folder.

    Returns:
        ``{"name", "title", "text"}`` of each.
    """
    (out / FOLDER).mkdir(parents=True, exist_ok=True)
    charts: list[tuple[str, str, str, Callable[[Figure], None]]] = [
        ("noises", "The two noises.", "Low scores are bad.", lambda f: _noises(f, run.table)),
        ("classes", "Samples of each class", "as given and as they are now.", lambda f: _classes(f, run.table, classes)),
        ("transitions", "Relabelled", "from the class on the left to that below.", lambda f: _moves(f, run.table, classes)),
        ("epochs", "Over the epochs", "by what became of the clip in the end.", lambda f: _epochs(f, run)),
    ]
    for name, _, _, draw in charts:
        for theme, ink in _INK.items():
            with mpl.rc_context(_style(ink)):
                figure = Figure(figsize=(6.4, 3.6), layout="constrained")
                draw(figure)
                # No date: the same run writes the same bytes.
                figure.savefig(out / FOLDER / f"{name}_{theme}.svg", transparent=True, metadata={"Date": None})
    return [{"name": name, "title": title, "text": text} for name, title, text, _ in charts]


def _style(ink: str) -> dict[str, Any]:
    names = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    return {**dict.fromkeys(names, ink), "svg.hashsalt": "d2sp_mm", "axes.spines.top": False, "axes.spines.right": False}


def _noises(figure: Figure, table: LedgerTable) -> None:
    what = np.array(statuses(table))
    axes = figure.subplots(1, 2, sharey=True)
    pairs = (("quality score of the clip", table.quality_scores), ("score of the given label", table.label_scores))
    for ax, (title, scores) in zip(axes, pairs):
        groups = [scores[(what == status) & ~np.isnan(scores)] for status in STATUSES]
        colours, bins = [_COLOURS[status] for status in STATUSES], np.linspace(0, 1, 26).tolist()
        ax.hist(groups, bins=bins, stacked=True, color=colours, label=STATUSES)
        ax.set_xlabel(title)
        if not any(len(group) for group in groups):
            ax.text(0.5, 0.5, "never scored", ha="center", transform=ax.transAxes)
    axes[0].set_ylabel("samples")
    axes[0].legend(frameon=False)


def _classes(figure: Figure, table: LedgerTable, classes: Sequence[str]) -> None:
    ax = figure.subplots()
    places = np.arange(len(classes))
    given = np.bincount(table.labels, minlength=len(classes))
    now = np.bincount(table.corrected_labels[table.keep], minlength=len(classes))
    ax.bar(places - 0.2, given, 0.4, label="as given", color="#8a8a8a")
    ax.bar(places + 0.2, now, 0.4, label="now", color=_COLOURS["kept"])
    _name_ticks(ax.set_xticks, places, classes, rotation=45)
    ax.set_ylabel("samples")
    ax.legend(frameon=False)


def _moves(figure: Figure, table: LedgerTable, classes: Sequence[str]) -> None:
    ax, count = figure.subplots(), len(classes)
    moved = table.keep & (table.labels != table.corrected_labels)
    matrix = np.zeros((count, count), dtype=int)
    np.add.at(matrix, (table.labels[moved], table.corrected_labels[moved]), 1)
    ax.imshow(np.where(matrix > 0, matrix, np.nan), cmap="Oranges", vmin=0, vmax=max(matrix.max(), 1) * 1.3)
    _name_ticks(ax.set_xticks, np.arange(count), classes, rotation=45)
    _name_ticks(ax.set_yticks, np.arange(count), classes, rotation=0)
    if count <= _MOST_NAMES:
        for row, column in zip(*np.nonzero(matrix)):
            ax.text(column, row, matrix[row, column], ha="center", va="center", color="#24292f", fontsize=8)
    if not moved.any():
        ax.text(0.5, 0.5, "nothing was relabelled", ha="center", transform=ax.transAxes)


def _epochs(figure: Figure, run: RecordedRun) -> None:
    axes = figure.subplots(1, 2, sharex=True)
    curves = epoch_curves(run.trace, run.table.labels, statuses(run.table))
    for ax, (title, by_status) in zip(axes, curves.items()):
        for status, (epochs, values) in by_status.items():
            ax.plot(epochs, values, marker="." if len(epochs) < 20 else "", color=_COLOURS[status], label=status)
        ax.set_xlabel("epoch")
        ax.set_title(title, fontsize=9)
        ax.set_ylim(0, 1.02)
    axes[0].legend(frameon=False)


def _name_ticks(set_ticks: Any, places: np.ndarray, classes: Sequence[str], rotation: int) -> None:
    if len(classes) <= _MOST_NAMES:
        set_ticks(places, classes, rotation=rotation, ha="right", fontsize=8)
