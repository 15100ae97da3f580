"""The charts of a page."""

from __future__ import annotations

import numpy as np

from d2sp_mm.review.report.charts import epoch_curves
from d2sp_mm.review.status import statuses
from d2sp_mm.runs.recorded_run import read_recorded_run
from tests.review.report.real_report import data_of


def test_charts_are_drawn_for_both_themes(report):
    for chart in data_of(report)["charts"]:
        for theme in ("light", "dark"):
            text = (report / "charts" / f"{chart['name']}_{theme}.svg").read_text()
            assert "<svg" in text and "</svg>" in text


def test_curves_are_means_over_what_was_seen(work_dir):
    run = read_recorded_run(work_dir)
    what = statuses(run.table)
    curves = epoch_curves(run.trace, run.table.labels, what)
    epochs, values = curves["predicted as given"]["pruned"]
    members = np.array(what) == "pruned"
    seen = members & (run.trace.predictions[1] >= 0)
    assert values[epochs.index(2)] == (run.trace.predictions[1] == run.table.labels)[seen].mean()
    assert epochs[0] == 1
    _, probs = curves["probability of the given label"]["kept"]
    assert probs[-1] > 0.8 > curves["probability of the given label"]["relabelled"][1][-1]
