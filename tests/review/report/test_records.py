"""What the page is told of every clip."""

from __future__ import annotations

import shutil

import numpy as np

from d2sp_mm.ledger import Override
from d2sp_mm.review.override import override
from d2sp_mm.review.status import statuses
from d2sp_mm.runs.ledger_table import read_ledger_table
from d2sp_mm.runs.recorded_run import read_recorded_run
from tests.review.report.real_report import CLASSES, data_of, make_report


def test_the_page_is_told_what_the_ledger_says(work_dir, report):
    data, table = data_of(report), read_ledger_table(work_dir / "purification" / "ledger.csv")
    what = dict(zip(table.keys, statuses(table)))
    by_key = {clip["key"]: clip for clip in data["clips"]}
    changed = {key for key, status in what.items() if status != "kept"}
    assert changed < set(by_key) and len(by_key) == len(changed) + 5
    assert data["counts"] == {status: list(what.values()).count(status) for status in ("kept", "pruned", "relabelled")}
    assert min(data["counts"].values()) > 0
    assert data["classes"] == CLASSES
    for row, key in enumerate(table.keys):
        if key in by_key:
            clip = by_key[key]
            assert (clip["given"], clip["now"]) == (table.labels[row], table.corrected_labels[row])
            assert clip["status"] == what[key]
            assert (clip["stage"], clip["reason"]) == (table.stages[row], table.reasons[row])
            assert clip["epoch"] == (table.epochs[row] + 1 if table.epochs[row] >= 0 else None)
            np.testing.assert_allclose(clip["quality"], table.quality_scores[row], atol=1e-4)


def test_the_others_are_the_most_suspicious(work_dir, report):
    table = read_ledger_table(work_dir / "purification" / "ledger.csv")
    scores = np.fmin(table.quality_scores, table.label_scores)
    what = np.array(statuses(table))
    shown = np.isin(table.keys, [clip["key"] for clip in data_of(report)["clips"]])
    assert scores[shown & (what == "kept")].max() <= scores[~shown].min()


def test_predictions_are_those_of_every_epoch_also_of_what_was_pruned_early(work_dir, report):
    run = read_recorded_run(work_dir)
    assert run.trace.predictions.shape == (6, 48)
    by_key = {clip["key"]: clip for clip in data_of(report)["clips"]}
    pruned = [i for i in np.flatnonzero(~run.table.keep) if run.table.epochs[i] == 1]
    assert pruned
    for sample in pruned:
        epochs = [epoch for epoch, _ in by_key[run.table.keys[sample]]["predictions"]]
        assert epochs == [1, 2]
    # The ledger's own window ends with the same epoch.
    np.testing.assert_array_equal(run.trace.predictions[5], run.ledger.observations.predictions(1, 5)[0])


def test_an_applied_override_is_told(work_dir, tmp_path):
    shutil.copytree(work_dir, tmp_path / "work")
    run = read_recorded_run(tmp_path / "work")
    override(run, {0: Override(False, 0), 5: Override(True, 3), 6: Override(True, int(run.ledger.labels[6]))})
    out = make_report(tmp_path / "work", tmp_path / "out", suspicious=0)
    before = {clip["key"]: clip["before"] for clip in data_of(out)["clips"] if clip["before"]}
    keys = run.table.keys
    assert before == {
        keys[0]: {"override": "prune"}, keys[5]: {"override": "relabel", "label": 3}, keys[6]: {"override": "keep"}
    }  # fmt: skip
