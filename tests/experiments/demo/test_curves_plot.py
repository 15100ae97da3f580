from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from d2sp_mm.experiments.demo.clips import Clips
from d2sp_mm.experiments.demo.curves_plot import draw_curves, read_decision_epochs
from d2sp_mm.experiments.demo.summary import EpochCurves
from d2sp_mm.io.csv_rows import write_csv_rows


def test_decision_epochs_count_from_one(tmp_path: Path) -> None:
    header = ("epoch", "stage", "reason", "action", "key", "old_label", "new_label", "score")
    rows = [(8, "p", "quality", "prune", "a", 0, "", 0.1)]
    rows += [(12, "c", "label", "relabel", "b", 0, 1, 0.2), (12, "p", "quality", "prune", "c", 0, "", 0)]
    write_csv_rows(tmp_path / "decisions.csv", header, rows)
    assert read_decision_epochs(tmp_path / "decisions.csv") == {8: "prune", 12: "prune and relabel"}


@pytest.mark.parametrize("decisions", [{}, {1: "prune", 2: "relabel"}, {1: "prune and relabel", 2: "prune and relabel"}])
def test_curves(tmp_path: Path, clips: Clips, decisions: dict[int, str]) -> None:
    curve = EpochCurves(np.array([1, 2]), np.array([2.0, 1.0]), np.array([0.2, 0.5]))
    names = ("plain", "random", "d2sp", "passes", "oracle")
    draw_curves(tmp_path / "x.png", dict.fromkeys(names, curve), {name: {"top1": 0.5} for name in names}, decisions, clips)
    assert imread(tmp_path / "x.png").std() > 0.02
