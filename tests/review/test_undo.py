"""What is undone, by whatever names it."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.ledger import Decision, Ledger, Override
from d2sp_mm.ledger.override import apply_overrides
from d2sp_mm.review.undo import Selection, undone
from d2sp_mm.runs.ledger_table import read_ledger_table
from d2sp_mm.runs.recorded_run import read_recorded_run
from tests.load_tool import json_of
from tests.review.overridden_run import override_rows, purified, write


def test_undoing_everything_gives_the_annotation_byte_for_byte(tool, finished, tmp_path, capsys):
    given = (finished.parent / "data" / "train.txt").read_bytes()
    path = finished / "purification" / "train_purified.txt"
    rows, _ = override_rows(read_recorded_run(finished).table)
    json_of(tool, capsys, "apply", finished, write(tmp_path / "v.csv", rows))
    assert path.read_bytes() != given
    json_of(tool, capsys, "undo", finished, "--all")
    assert path.read_bytes() == given
    table = read_ledger_table(finished / "purification" / "ledger.csv")
    assert table.keep.all() and (table.corrected_labels == table.labels).all()
    # Twice is as good as once.
    assert json_of(tool, capsys, "undo", finished, "--all")["changes"] == []
    assert path.read_bytes() == given


def test_undo_takes_back_what_fits_all_that_is_said(tool, finished, capsys):
    run = read_recorded_run(finished)
    history, stages = run.ledger.decisions.columns, run.ledger.stages
    row = int(np.flatnonzero(history["pruned"])[0])
    stage, label = stages[history["stage"][row]], int(run.ledger.labels[history["sample"][row]])
    epoch = int(history["epoch"][row]) + 1
    fits = history["pruned"] & (history["epoch"] + 1 == epoch) & (run.ledger.labels[history["sample"]] == label)
    expected = {run.ledger.keys[s] for s in history["sample"][fits]}
    assert 0 < len(expected) < history["pruned"].sum()
    words = ["--stage", stage, "--class", label, "--epoch", epoch]
    shown = json_of(tool, capsys, "undo", finished, *words)
    assert {c["key"] for c in shown["changes"]} == expected
    assert expected <= set(purified(finished))
    key = run.ledger.keys[int(np.flatnonzero(~read_recorded_run(finished).table.keep)[0])]
    assert [c["key"] for c in json_of(tool, capsys, "undo", finished, "--key", key)["changes"]] == [key]
    # Taking the overrides back gives what the stages had decided.
    assert len(json_of(tool, capsys, "undo", finished, "--overrides")["changes"]) == len(expected) + 1
    again = read_recorded_run(finished)
    np.testing.assert_array_equal(again.table.keep, run.table.keep)
    np.testing.assert_array_equal(again.table.corrected_labels, run.table.corrected_labels)


def test_undoing_one_after_the_other_comes_to_the_same_as_all_at_once(tool, finished, tmp_path, capsys):
    history = read_recorded_run(finished).ledger.decisions.columns
    epochs = sorted(set((history["epoch"] + 1).tolist()))
    assert len(epochs) > 2
    for epoch in epochs:
        json_of(tool, capsys, "undo", finished, "--epoch", epoch)
    table = read_recorded_run(finished).table
    assert table.keep.all() and (table.corrected_labels == table.labels).all()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_clip_that_was_relabelled_and_then_pruned_is_undone_in_any_order(order):
    ledger = Ledger([str(i) for i in range(6)], [0, 1, 2, 0, 1, 2], 3)
    ledger.apply(Decision(0, "label", relabel=np.array([0]), new_labels=np.array([1]), stage="correct"))
    ledger.apply(Decision(1, "label", prune=np.array([0, 4]), stage="drop"))
    expected = {0: [(False, 1), (True, 0)], 1: [(True, 1), (True, 0)]}[order[0]]
    standing = {}
    for stage, (keep, label) in zip(order, expected):
        rows = Selection(stages=[("correct", "drop")[stage]]).rows(ledger)
        standing = undone(ledger, rows, standing)
        apply_overrides(ledger, standing)
        assert (ledger.keep[0], ledger.corrected_labels[0]) == (keep, label)
    # What a person said stands.
    said = {0: Override(False, 2)}
    assert undone(ledger, Selection(epochs=[1]).rows(ledger), said)[0] == said[0]


def test_overrides_are_taken_back_one_by_one(tool, finished, tmp_path, capsys):
    run = read_recorded_run(finished)
    rows, _ = override_rows(run.table)
    json_of(tool, capsys, "apply", finished, write(tmp_path / "v.csv", rows))
    (key, *_), (other, *_) = rows[:2]
    assert [c["key"] for c in json_of(tool, capsys, "undo", finished, "--overrides", "--key", key)["changes"]] == [key]
    shown = json_of(tool, capsys, "apply", finished, write(tmp_path / "w.csv", [(other, "none", "")]))
    assert ([c["key"] for c in shown["changes"]], shown["overrides"]) == ([other], len(rows) - 2)
    after = read_recorded_run(finished).table
    for name in (key, other):
        row = run.table.keys.index(name)
        assert not after.keep[row] and after.stages[row] == run.table.stages[row]
    with pytest.raises(SystemExit, match="no such override"):
        tool.main(["undo", str(finished), "--overrides", "--key", key])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "say what"),
        (["--all", "--overrides"], "say what"),
        (["--all", "--epoch", "2"], "say what"),
        (["--overrides", "--epoch", "2"], "--overrides goes with --key and --class only"),
        (["--overrides"], "no such override"),
        (["--stage", "none"], "--stage none: the run has none such; it has .*prune"),
        (["--key", "none"], "--key none: the run has none such"),
        (["--class", "9"], "--class 9: the run has none such; it has 0, 1, 2, 3"),
        (["--epoch", "1"], "--epoch 1: the run has none such; it has 2, "),
    ],
)
def test_undo_refuses_what_it_cannot_find(tool, finished, words, message):
    kept = (finished / "purification" / "ledger.csv").read_bytes()
    with pytest.raises(SystemExit, match=message):
        tool.main(["undo", str(finished), *words])
    assert (finished / "purification" / "ledger.csv").read_bytes() == kept
