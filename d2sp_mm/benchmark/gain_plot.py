"""What each method gains over plain training, as a picture."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from d2sp_mm.benchmark.suite import PLAIN, Method
from d2sp_mm.benchmark.summary import Figures

_COLOURS = {"control": "tab:grey", "peer": "tab:blue", "ours": "tab:red"}


def draw_gains(path: Path, title: str, figures: Figures, methods: Mapping[str, Method]) -> None:
    """Draw the paired difference in top-1 of every method, with its interval.

    Args:
        path: The picture to write.
        title: What stands above.
        figures: What :func:`d2sp_mm.benchmark.summary.summarize` returned.
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
