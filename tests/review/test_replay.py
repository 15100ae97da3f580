"""Deciding again on what a run recorded."""

from __future__ import annotations

import dataclasses
import json
import shutil

import numpy as np
import pytest

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.ledger.override import override_epochs
from d2sp_mm.review.replay import changed_stages, replay
from d2sp_mm.review.status import difference
from d2sp_mm.runs.ledger_table import read_ledger_table, write_ledger_table
from d2sp_mm.runs.recorded_run import read_recorded_run
from d2sp_mm.runs.run_files import ledger_table
from tests.load_tool import json_of
from tests.review.overridden_run import go_on, override_rows, write
from tests.tiny_run import CORRECT, PRUNE, tiny_config, train, write_list

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
    return _train(tmp_path_factory.mktemp("acting"), ann_file, keep_epochs=6)


@pytest.fixture(scope="module")
def dry(tmp_path_factory, ann_file):
    return _train(tmp_path_factory.mktemp("dry"), ann_file, keep_epochs=6, dry_run=True)


def _replayed(work_dir, settings=None):
    run = read_recorded_run(work_dir)
    return replay(run, changed_stages(run.stages, settings or {}))


@pytest.mark.parametrize("kind", ["acting", "dry"])
def test_the_same_settings_decide_the_same(kind, request):
    work_dir = request.getfixturevalue(kind)
    ledger, run = _replayed(work_dir), read_recorded_run(work_dir)
    assert not ledger.keep.all() and (ledger.corrected_labels != ledger.labels).any()
    np.testing.assert_array_equal(ledger.keep, run.ledger.keep)
    np.testing.assert_array_equal(ledger.corrected_labels, run.ledger.corrected_labels)
    assert ledger.stages == run.ledger.stages
    for name, values in run.ledger.decisions.columns.items():
        np.testing.assert_array_equal(ledger.decisions.columns[name], values)
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
    with pytest.raises(DataError, match=r"'prune' decides after epoch 2 .* kept 2 epochs.*keep_epochs=6"):
        _replayed(tmp_path)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"prune.rat": 0.1}, "no setting 'rat'"),
        ({"prune.rate": 2.0}, "rate=2.0"),
        ({"correct.start": 6}, "max_epochs=6"),
        ({"drop.min_margin": 0.2}, "no stage 'drop', only prune, correct.*drop.type="),
        ({"prune": 0.1}, "name a stage .prune, correct. and a setting of it, such as prune.rate"),
    ],
)
def test_bad_settings_are_refused(acting, settings, words):
    with pytest.raises(ConfigError, match=words):
        _replayed(acting, settings)


def test_a_stage_can_be_added_and_one_that_needs_weights_is_refused_where_there_are_none(acting):
    drop = {"drop.type": "d2sp_mm.DoubtfulLabelPruning", "drop.window": 1}
    ledger = _replayed(acting, {"correct": None, "prune": None, **drop})
    assert ledger.stages == ["undecodable", "drop"]
    with pytest.raises(DataError, match=r"'prune' decides after epoch 5 on learned weights.*learned none"):
        _replayed(acting, {"prune.start": 6 - 1, "prune.rounds": 2, "prune.interval": 1})


def test_files_of_two_runs_are_refused(acting, dry, tmp_path):
    shutil.copytree(acting, tmp_path / "w")
    shutil.copy(dry / "purification" / "ledger.npz", tmp_path / "w" / "purification")
    table = read_ledger_table(dry / "purification" / "ledger.csv")
    assert difference(read_recorded_run(acting).table, table)
    with pytest.raises(DataError, match="different runs"):
        read_recorded_run(tmp_path / "w")


def test_a_table_that_keeps_another_clip_is_refused(acting, tmp_path):
    shutil.copytree(acting, tmp_path / "w")
    path = tmp_path / "w" / "purification" / "ledger.csv"
    table = read_ledger_table(path)
    write_ledger_table(path, dataclasses.replace(table, keep=~table.keep))
    with pytest.raises(DataError, match="different runs"):
        read_recorded_run(tmp_path / "w")


@pytest.mark.parametrize("broken", ["ledger.npz", "ledger.csv", "settings.json"])
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


def test_a_replay_with_the_same_settings_respects_overrides(tool, finished, tmp_path, capsys):
    rows, _ = override_rows(read_recorded_run(finished).table)
    json_of(tool, capsys, "apply", finished, write(tmp_path / "v.csv", rows))
    run = read_recorded_run(finished)
    ledger = replay(run, changed_stages(run.stages, {}))
    np.testing.assert_array_equal(ledger.keep, run.ledger.keep)
    np.testing.assert_array_equal(ledger.corrected_labels, run.ledger.corrected_labels)


def test_a_replay_takes_overrides_from_when_they_held(run, tool, tmp_path, capsys):
    """A second call must not make the first one's overrides younger: rounds that came after them were decided with them."""
    work, config = run
    rows, _ = override_rows(read_recorded_run(work).table)
    json_of(tool, capsys, "apply", work, write(tmp_path / "v.csv", rows[:4]))
    go_on(config)
    json_of(tool, capsys, "apply", work, write(tmp_path / "w.csv", rows[4:]))
    recorded = read_recorded_run(work)
    assert sorted(set(override_epochs(recorded.ledger).values())) == [3, 5]
    ledger = replay(recorded, changed_stages(recorded.stages, {}))
    np.testing.assert_array_equal(ledger.keep, recorded.ledger.keep)
    np.testing.assert_array_equal(ledger.corrected_labels, recorded.ledger.corrected_labels)


def test_settings_without_annotations_are_refused(finished):
    path = finished / "purification" / "settings.json"
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k != "annotations"}))
    with pytest.raises(DataError, match="lacks 'annotations'"):
        read_recorded_run(finished)
