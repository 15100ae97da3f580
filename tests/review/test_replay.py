"""Deciding again on what a run recorded."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from d2sp_mm.engine.outputs import ledger_table
from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.ledger.table import read_ledger_table
from d2sp_mm.review.difference import difference
from d2sp_mm.review.recorded_run import read_config, read_recorded_run, stages_of
from d2sp_mm.review.replay import replay
from tests.tiny_run import CORRECT, PRUNE, tiny_config, train, write_list

ROOT = Path(__file__).resolve().parents[2]
STAGES = dict(
    prune=dict(PRUNE, class_cap=1.0, max_tail_rank=1.0, rounds=2), correct=dict(CORRECT, start=3, rounds=3, min_margin=0.1)
)


@pytest.fixture(scope="module")
def ann_file(tmp_path_factory):
    return write_list(tmp_path_factory.mktemp("data") / "train.txt", noise=4, mislabel=8, broken=1)


def _train(folder, ann_file, stages=STAGES, **hook):
    config = tiny_config(folder, ann_file, stages=stages, **hook)
    # Testing stops at a clip that cannot be decoded.
    config["val_dataloader"]["dataset"]["ann_file"] = str(write_list(folder / "val.txt"))
    train(config)
    return folder


@pytest.fixture(scope="module")
def acting(tmp_path_factory, ann_file):
    return _train(tmp_path_factory.mktemp("acting"), ann_file, history=6)


@pytest.fixture(scope="module")
def dry(tmp_path_factory, ann_file):
    return _train(tmp_path_factory.mktemp("dry"), ann_file, history=6, dry_run=True)


def _replayed(work_dir, settings=None):
    config = read_config(work_dir)
    return replay(read_recorded_run(work_dir), stages_of(config, settings), config.train_cfg.max_epochs)


@pytest.mark.parametrize("kind", ["acting", "dry"])
def test_the_same_settings_decide_the_same(kind, request):
    work_dir = request.getfixturevalue(kind)
    ledger, run = _replayed(work_dir), read_recorded_run(work_dir)
    assert not ledger.keep.all() and (ledger.corrected_labels != ledger.labels).any()
    np.testing.assert_array_equal(ledger.keep, run.ledger.keep)
    np.testing.assert_array_equal(ledger.corrected_labels, run.ledger.corrected_labels)
    assert ledger.rules == run.ledger.rules
    for name, values in run.ledger.history.items():
        np.testing.assert_array_equal(ledger.history[name], values)
    assert not difference(run.table, ledger_table(ledger))


def test_other_settings_decide_as_a_run_with_them_does(dry, ann_file, tmp_path):
    """Of a dry run, which sees the same whatever is decided."""
    ledger = _replayed(dry, {"prune.rate": 0.2, "correct": None})
    stages = dict(prune=dict(STAGES["prune"], rate=0.2))
    other = read_recorded_run(_train(tmp_path, ann_file, stages=stages, dry_run=True))
    assert difference(read_recorded_run(dry).table, other.table)
    assert not difference(other.table, ledger_table(ledger))


def test_what_the_run_did_not_keep_is_refused_with_the_way_out(ann_file, tmp_path):
    _train(tmp_path, ann_file)
    with pytest.raises(DataError, match=r"'prune' decides after epoch 2 .* kept 2 epochs.*history=6"):
        _replayed(tmp_path)


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"prune.rat": 0.1}, "no setting 'rat'"), ({"prune.rate": 2.0}, "rate=2.0"), ({"correct.start": 6}, "max_epochs=6")],
)
def test_bad_settings_are_refused(acting, settings, words):
    with pytest.raises(ConfigError, match=words):
        _replayed(acting, settings)


@pytest.mark.parametrize("broken", ["ledger.npz", "ledger.csv"])
def test_a_missing_or_damaged_file_is_named(acting, broken, tmp_path):
    shutil.copytree(acting, tmp_path / "w")
    path = tmp_path / "w" / "purification" / broken
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DataError, match=broken):
        read_recorded_run(tmp_path / "w")
    path.unlink()
    with pytest.raises(DataError, match=f"{broken}: not there"):
        read_recorded_run(tmp_path / "w")


def test_a_ledger_of_another_annotation_is_refused(acting, tmp_path):
    shutil.copytree(acting, tmp_path / "w")
    path = tmp_path / "w" / "purification" / "ledger.csv"
    path.write_text(path.read_text().replace("good_20.mp4", "good_99.mp4"))
    with pytest.raises(DataError, match="another training annotation"):
        read_recorded_run(tmp_path / "w")


def _tool(*words):
    command = [sys.executable, "-W", "ignore", "tools/ledger.py", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_the_command_shows_replays_and_compares(acting, dry, tmp_path):
    shown = json.loads(_tool("show", acting, "--json").stdout)
    table = read_ledger_table(acting / "purification" / "ledger.csv")
    assert shown["samples"] == 48 and shown["pruned"] == int((~table.keep).sum())
    assert shown["lowest_quality"][0]["score"] == min(table.quality_scores)

    pruned = table.keys[int(np.flatnonzero(~table.keep)[-1])]
    history = json.loads(_tool("show", acting, "--key", pruned, "--json").stdout)
    assert history["decisions"][-1]["action"] == "prune"
    assert [seen["epoch"] for seen in history["observations"]] == list(range(1, 7))

    done = _tool("replay", dry, "--set", "prune.rate=.25", "--out", tmp_path / "new", "--json")
    replayed = json.loads(done.stdout)
    assert replayed["after"]["pruned"] == 12 and replayed["before"]["pruned"] < 12
    with open(tmp_path / "new" / "decisions.csv", newline="") as file:
        assert sum(row["action"] == "prune" for row in csv.DictReader(file)) == 12

    assert "samples are treated differently" in _tool("diff", acting, dry).stdout
    wrong = _tool("show", acting, "--key", "good_20")
    assert wrong.returncode == 1 and "did you mean" in wrong.stderr and "Traceback" not in wrong.stderr
