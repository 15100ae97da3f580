"""The picture of how training went and how well the scores tell good from bad."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from d2sp_mm.experiments.demo.clips import Clips
from d2sp_mm.experiments.demo.summary import EpochCurves
from d2sp_mm.io.csv_rows import read_csv_rows
from d2sp_mm.runs.run_files import DECISIONS_HEADER

# Okabe and Ito's colours, which the colour-blind can tell apart.
_RUN_COLOURS = {
    "plain": "#000000", "random": "#e69f00", "d2sp": "#56b4e9", "passes": "#0072b2", "oracle": "#009e73",
}  # fmt: skip
_NOISE_COLOURS = {"clean": "#999999", "mislabel": "#cc79a7", "low_quality": "#d55e00"}
_NOISE_NAMES = {"clean": "clean", "mislabel": "wrong label", "low_quality": "corrupted clip"}
_BOTH = "prune and relabel"
_VERBS = {"prune": "prunes", "relabel": "corrects", _BOTH: "prunes and corrects"}
_DASHES = {"prune": "--", "relabel": ":", _BOTH: "-."}


def read_decision_epochs(decisions: Path) -> dict[int, str]:
    """Return after which epochs something was decided, and what.

    Args:
        decisions: A run's ``decisions.csv``.

    Returns:
        Epochs counted from 1, and ``prune``, ``relabel`` or ``prune and relabel``.
    """
    found: dict[int, set[str]] = {}
    for _, row in read_csv_rows(decisions, DECISIONS_HEADER):
        decided = dict(zip(DECISIONS_HEADER, row))
        found.setdefault(int(decided["epoch"]), set()).add(decided["action"])
    return {epoch: " and ".join(sorted(actions)) for epoch, actions in sorted(found.items())}


def draw_curves(
    path: Path,
    curves: Mapping[str, EpochCurves],
    runs: Mapping[str, Mapping[str, Any]],
    decisions: Mapping[int, str],
    clips: Clips,
) -> None:
    """Draw training loss and accuracy of the runs, and the scores of clean and noisy clips.

    Args:
        path: The PNG file to write.
        curves: The training figures of each run, by its name.
        runs: The test figures of each run, by its name.
        decisions: What :func:`read_decision_epochs` returned for the run ``d2sp``.
        clips: The training clips, scored by the passes.
    """
    figure = Figure(figsize=(12, 8), dpi=110, facecolor="white", layout="constrained")
    panels = figure.subplots(2, 2)
    for axes, column, title in (
        (panels[0, 0], "losses", "Training loss"),
        (panels[0, 1], "accuracies", "Training accuracy, against each run's own labels"),
    ):
        for name, curve in curves.items():
            label = f"{name}: test {runs[name]['top1']:.1%}"
            axes.plot(curve.epochs, getattr(curve, column), color=_RUN_COLOURS[name], label=label, lw=2, marker="o", ms=3)
        _mark_decisions(axes, decisions)
        axes.set(title=title, xlabel="epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
    # Space for the legend above the highest line.
    panels[0, 0].set_ylim(0, 1.4 * panels[0, 0].get_ylim()[1])
    panels[0, 1].set_ylim(0, 1)
    panels[0, 0].legend(fontsize=10, loc="upper right", ncols=2)
    _draw_scores(panels[1, 0], clips, clips.table.quality_scores, "Quality score: low means a bad clip")
    _draw_scores(panels[1, 1], clips, clips.table.label_scores, "Label score: low means a doubtful label")
    figure.savefig(path)


def _mark_decisions(axes: Axes, decisions: Mapping[int, str]) -> None:
    named: set[str] = set()
    for epoch, action in decisions.items():
        label = "_" if action in named else f"d2sp {_VERBS[action]}"
        axes.axvline(epoch, color=_RUN_COLOURS["d2sp"], ls=_DASHES[action], lw=1.5, label=label, zorder=1)
        named.add(action)


def _draw_scores(axes: Axes, clips: Clips, scores: np.ndarray, title: str) -> None:
    """Shares, not counts: the noises are rarer than what is clean."""
    bins = np.linspace(0, 1, 26).tolist()
    for noise, colour in _NOISE_COLOURS.items():
        values = scores[(clips.noise == noise) & ~np.isnan(scores)]
        if len(values):
            weights = np.full(len(values), 1 / len(values))
            axes.hist(values, bins, weights=weights, color=colour, alpha=0.25)
            axes.hist(
                values, bins, weights=weights, histtype="step", color=colour, lw=2,
                label=f"{_NOISE_NAMES[noise]} ({len(values)})",
            )  # fmt: skip
    axes.set(title=title, xlabel="score given by the passes", ylabel="share of the clips of each kind")
    if axes.has_data():
        # Space for the legend above the highest bar.
        axes.set_ylim(top=1.2 * axes.get_ylim()[1])
        axes.legend(fontsize=9.5, loc="upper center", ncols=len(_NOISE_COLOURS), columnspacing=1.2, handlelength=1.5)
    axes.grid(alpha=0.3)
