"""tools/ledger.py, as a user calls it."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from rich.text import Text

from d2sp_mm.errors import DataError
from d2sp_mm.review.status import difference
from d2sp_mm.review.summary import summary
from d2sp_mm.review.tables import history_tables
from d2sp_mm.runs.ledger_table import LedgerTable, read_ledger_table, write_ledger_table
from tests.load_tool import json_of, load_tool, tool_path
from tests.tiny_run import CORRECT, PRUNE, tiny_config, train, write_list

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    return load_tool("ledger")


@pytest.fixture(scope="module")
def work_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    stages = dict(prune=dict(PRUNE, score="entropy", class_cap=1.0), correct=CORRECT)
    ann_file = write_list(folder / "train.txt", noise=4, mislabel=8)
    train(tiny_config(folder, ann_file, stages=stages, dry_run=True, keep_epochs=6))
    return folder


def test_a_key_that_is_no_text_is_shown_as_an_escape(tool, tmp_path):
    keys = ["a\udcff.mp4", "b.mp4"]
    scores, labels = np.full(2, 0.1), np.array([0, 1])
    table = LedgerTable(keys, labels, labels, np.ones(2, bool), scores, scores, [""] * 2, [""] * 2, np.full(2, -1))
    write_ledger_table(tmp_path / "purification" / "ledger.csv", table)
    command = [sys.executable, str(Path(tool.__file__)), "show", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"})
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert b"a\\udcff.mp4" in done.stdout


def test_show_counts_and_lists(tool, work_dir, capsys):
    shown = json_of(tool, capsys, "show", work_dir, "--top", 3)
    table = read_ledger_table(work_dir / "purification" / "ledger.csv")
    assert (shown["samples"], shown["pruned"]) == (48, int((~table.keep).sum()))
    assert shown["relabelled"] == int((table.keep & (table.labels != table.corrected_labels)).sum()) > 0
    lowest = [row["score"] for row in shown["lowest_quality"]]
    np.testing.assert_allclose(lowest, sorted(table.quality_scores)[:3], atol=1e-6)
    assert sum(move["samples"] for move in shown["transitions"]) <= shown["relabelled"]
    tool.main(["show", str(work_dir)])
    assert "Lowest label score" in capsys.readouterr().out


def test_show_tells_the_history_of_one_clip(tool, work_dir, capsys):
    table = read_ledger_table(work_dir / "purification" / "ledger.csv")
    pruned = table.keys[int(np.flatnonzero(~table.keep)[-1])]
    found = json_of(tool, capsys, "show", work_dir, "--key", pruned)
    assert (found["keep"], found["decisions"][-1]["action"]) == (False, "prune")
    assert [seen["epoch"] for seen in found["observations"]] == list(range(1, 7))
    tool.main(["show", str(work_dir), "--key", pruned])
    assert "quality" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="did you mean"):
        tool.main(["show", str(work_dir), "--key", pruned[:8]])


def test_replay_says_what_would_change_and_writes_it(tool, work_dir, capsys, tmp_path):
    found = json_of(tool, capsys, "replay", work_dir, "--set", "prune.rate=.25", "--out", tmp_path / "new")
    assert (found["before"]["pruned"], found["after"]["pruned"]) == (5, 12)
    with open(tmp_path / "new" / "decisions.csv", newline="") as file:
        assert sum(row["action"] == "prune" for row in csv.DictReader(file)) == 12
    assert len(found["changes"]) == len(difference(read_ledger_table(work_dir / "purification" / "ledger.csv"),
                                                   read_ledger_table(tmp_path / "new" / "ledger.csv")))  # fmt: skip
    with pytest.raises(SystemExit, match="holds what the run decided"):
        tool.main(["replay", str(work_dir), "--out", str(work_dir / "purification")])


def _table(keys=("a", "b", "c"), labels=(0, 1, 2), now=(0, 1, 2), keep=(1, 1, 1)):
    nothing = np.full(len(keys), np.nan)
    return LedgerTable(list(keys), np.array(labels), np.array(now), np.array(keep, dtype=bool), nothing, nothing,
                       ["prune"] * len(keys), ["quality"] * len(keys), np.zeros(len(keys), dtype=np.int64))  # fmt: skip


def test_diff_goes_by_key_and_refuses_other_training_sets():
    before, after = _table(now=(1, 1, 2)), _table(keys="cba", labels=(2, 1, 0), now=(2, 1, 2), keep=(0, 1, 1))
    found = {c.key: (c.before, c.after, c.label_before, c.label_after) for c in difference(before, after)}
    assert found == {"a": ("relabelled", "relabelled", 1, 2), "c": ("kept", "pruned", 2, 2)}
    with pytest.raises(DataError, match="different training sets: 'c'"):
        difference(before, _table(keys="abd"))
    with pytest.raises(DataError, match="different labels, first for 'b'"):
        difference(before, _table(labels=(0, 2, 2)))


def test_keys_with_markup_are_shown_as_they_are_and_what_was_never_scored_is_in_no_list(tool, tmp_path, capsys):
    keys = ("[happy]/1.mp4", "a[/x]/2.mp4", ":smile:.mp4")
    for name, keep in (("a", (1, 1, 1)), ("b", (0, 0, 0))):
        write_ledger_table(tmp_path / name / "purification" / "ledger.csv", _table(keys=keys, keep=keep))
    tool.main(["diff", str(tmp_path / "a"), str(tmp_path / "b")])
    out = capsys.readouterr().out
    assert all(key in out for key in keys[:2])
    assert summary(_table(keys=keys))["lowest_quality"] == []
    one = dict(key="a[/x]/2.mp4", given_label=0, label=0, keep=True, epochs_undecodable=0, decisions=[], observations=[])
    assert Text.from_markup(str(history_tables(one)[0].title)).plain.startswith("a[/x]/2.mp4: ")


def test_a_folder_without_a_run_ends_with_one_clear_line(tool, tmp_path):
    with pytest.raises(SystemExit, match=r"ledger show: .*ledger\.csv: not there; give the work dir"):
        tool.main(["show", str(tmp_path)])


@pytest.mark.parametrize("name", ["ledger", "watch", "evaluate_purification"])
def test_a_tool_that_reads_a_run_imports_no_torch(name):
    """It takes seconds, which nobody wants to wait for who asks for counts."""
    code = (
        "import runpy, sys; sys.argv = ['tool', '--help']\n"
        f"try: runpy.run_path({str(tool_path(name))!r}, run_name='__main__')\nexcept SystemExit: pass\n"
        "print([m for m in ('torch', 'mmengine', 'mmaction', 'mmcv') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
