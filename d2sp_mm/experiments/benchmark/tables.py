"""Tables and pictures of a suite."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table

from d2sp_mm.experiments.benchmark.suite import PLAIN, Method
from d2sp_mm.experiments.benchmark.summary import Estimate, Figures

#: Header, figure, how it is written.
Column = tuple[str, str, str]

ACCURACY: Sequence[Column] = (
    ("top-1", "top1", "percent"),
    ("UAR", "uar", "percent"),
    ("vs plain", "gain", "points"),
    ("gap", "gap", "share"),
    ("epochs", "epochs", "factor"),
    ("time", "time", "factor"),
)
LOW_QUALITY: Sequence[Column] = (
    ("AP", "low_quality.ap", "decimal"),
    ("precision", "low_quality.precision", "share"),
    ("recall", "low_quality.recall", "share"),
    ("left", "low_quality.left", "share"),
    ("clean pruned", "clean.pruned", "percent"),
)
MISLABEL: Sequence[Column] = (
    ("AP", "mislabel.ap", "decimal"),
    ("precision", "mislabel.precision", "share"),
    ("right class", "mislabel.right_class", "share"),
    ("recall", "mislabel.recall", "share"),
    ("left", "mislabel.left", "share"),
    ("clean relabelled", "clean.relabelled", "percent"),
    ("clean pruned", "clean.pruned", "percent"),
)
CLEAN: Sequence[Column] = (
    ("top-1", "top1", "percent"),
    ("vs plain", "gain", "points"),
    ("UAR vs plain", "uar_gain", "points"),
    ("pruned", "clean.pruned", "percent"),
    ("relabelled", "clean.relabelled", "percent"),
)


def figures_table(title: str, figures: Figures, methods: Mapping[str, Method], columns: Sequence[Column]) -> Table:
    """Lay out one noise of one data set.

    Args:
        title: What stands above.
        figures: What :func:`d2sp_mm.experiments.benchmark.summary.summarize` returned.
        methods: The suite's methods; they stand in its order.
        columns: Such as ``ACCURACY``.

    Returns:
        A row a method that has any of the figures; every figure with its interval.
    """
    table = Table(title=title)
    table.add_column("method")
    for header, _, _ in columns:
        table.add_column(header, justify="right")
    for name, method in methods.items():
        found = figures.get(name)
        if found is None or all(found[figure].seeds == 0 for _, figure, _ in columns):
            continue
        cells = [text(found[figure], kind) for _, figure, kind in columns]
        table.add_row(name, *cells, style="bold" if method.role == "ours" else None)
    return table


def text(estimate: Estimate, kind: str) -> str:
    """A figure with its interval.

    Args:
        estimate: The figure.
        kind: ``percent`` (one digit), ``share`` (percent without digits), ``points`` (percent with a sign), ``decimal``,
            ``factor``.

    Returns:
        Such as ``71.2 (69.0 to 73.1) %``; ``-`` for nothing. A figure that all seeds share has no interval.
    """
    if math.isnan(estimate.value):
        return "-"
    scale, form, unit = {
        "percent": (100, "{:.1f}", " %"),
        "share": (100, "{:.0f}", " %"),
        "points": (100, "{:+.1f}", ""),
        "decimal": (1, "{:.2f}", ""),
        "factor": (1, "{:.2f}", " x"),
    }[kind]
    value, low, high = (form.format(scale * number) for number in (estimate.value, estimate.low, estimate.high))
    if math.isnan(estimate.low) or low == high == value:
        return f"{value}{unit}"
    return f"{value} ({low} to {high}){unit}"


_COLOURS = {"control": "tab:grey", "baseline": "tab:blue", "ours": "tab:red"}


def draw_gains(path: Path, title: str, figures: Figures, methods: Mapping[str, Method]) -> None:
    """Draw the paired difference in top-1 of every method, with its interval.

    Args:
        path: The picture to write.
        title: What stands above.
        figures: What :func:`d2sp_mm.experiments.benchmark.summary.summarize` returned.
        methods: The suite's methods.
    """
    from matplotlib.figure import Figure

    names = [n for n in methods if n != PLAIN and n in figures and not math.isnan(figures[n]["gain"].value)]
    picture = Figure(figsize=(6.4, 1.2 + 0.28 * len(names)), layout="constrained")
    axes = picture.add_subplot()
    axes.axvline(0, color="black", linewidth=0.8)
    for row, name in enumerate(reversed(names)):
        gain, colour = figures[name]["gain"], _COLOURS[methods[name].role]
        if not math.isnan(gain.low):
            axes.plot([100 * gain.low, 100 * gain.high], [row, row], color=colour)
        axes.plot([100 * gain.value], [row], "o", color=colour)
    axes.set_yticks(range(len(names)), list(reversed(names)))
    axes.set_xlabel("top-1 on the test set, points above plain training")
    axes.set_title(title, fontsize=10)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(path, dpi=110)
