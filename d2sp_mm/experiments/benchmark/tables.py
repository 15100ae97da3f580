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

TOP1: Sequence[Column] = (
    ("within", "in_run.top1", "percent"),
    ("gap within", "in_run.top1_gap", "share"),
    ("cost within", "in_run.cost", "factor"),
    ("scratch", "scratch.top1", "percent"),
    ("gap scratch", "scratch.top1_gap", "share"),
    ("cost scratch", "scratch.cost", "factor"),
)
UAR: Sequence[Column] = (
    ("within", "in_run.uar", "percent"),
    ("gap within", "in_run.uar_gap", "share"),
    ("scratch", "scratch.uar", "percent"),
    ("gap scratch", "scratch.uar_gap", "share"),
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
    ("within", "in_run.top1", "percent"),
    ("vs plain", "in_run.top1_gain", "points"),
    ("UAR vs plain", "in_run.uar_gain", "points"),
    ("scratch", "scratch.top1", "percent"),
    ("vs plain", "scratch.top1_gain", "points"),
    ("UAR vs plain", "scratch.uar_gain", "points"),
    ("pruned", "clean.pruned", "percent"),
    ("relabelled", "clean.relabelled", "percent"),
)


def figures_table(title: str, figures: Figures, methods: Mapping[str, Method], columns: Sequence[Column]) -> Table:
    """Lay out one noise of one data set.

    Args:
        title: What stands above.
        figures: What :func:`d2sp_mm.experiments.benchmark.summary.summarize` returned.
        methods: The suite's methods; they stand in its order.
        columns: Such as ``TOP1``.

    Returns:
        A row a method that has any of the figures; every figure with its interval.
    """
    table = Table(title=title)
    table.add_column("method", min_width=max(map(len, methods)))
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
#: For each of ``MODELS``: its words, the inside of its mark, and how far it stands above its method's line.
_MARKS = {"in_run": ("within the run", "white", 0.16), "scratch": ("from scratch", None, -0.16)}


def draw_gains(path: Path, title: str, figures: Figures, methods: Mapping[str, Method]) -> None:
    """Draw the paired differences in top-1 of every method, within the run and from scratch, with their intervals.

    Args:
        path: The picture to write.
        title: What stands above.
        figures: What :func:`d2sp_mm.experiments.benchmark.summary.summarize` returned.
        methods: The suite's methods.
    """
    from matplotlib.figure import Figure

    names = [name for name in methods if name != PLAIN and name in figures]
    picture = Figure(figsize=(6.4, 1.4 + 0.34 * len(names)), layout="constrained")
    axes = picture.add_subplot()
    axes.axvline(0, color="black", linewidth=0.8)
    for row, name in enumerate(reversed(names)):
        colour = _COLOURS[methods[name].role]
        for model, (_, inside, above) in _MARKS.items():
            gain = figures[name][f"{model}.top1_gain"]
            axes.plot([100 * gain.low, 100 * gain.high], [row + above] * 2, color=colour)
            axes.plot([100 * gain.value], [row + above], "o", color=colour, markerfacecolor=inside or colour)
    for words, inside, _ in _MARKS.values():
        axes.plot([], [], "o", color="black", markerfacecolor=inside or "black", label=words)
    picture.legend(loc="outside lower center", ncols=len(_MARKS), fontsize=9)
    axes.set_yticks(range(len(names)), list(reversed(names)))
    axes.set_xlabel("top-1 on the test set, points above plain training")
    axes.set_title(title, fontsize=10)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(path, dpi=110)
