"""The toy set as a whole: same bytes, honest lists, readable files, careful with other people's folders."""

from __future__ import annotations

import csv
import hashlib
from types import SimpleNamespace

import decord
import numpy as np
import pytest
from decord._ffi.base import DECORDError

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.noise.confusion import DFEW_CLASSES
from d2sp_mm.experiments.toy.dataset import make_toy_dfer
from d2sp_mm.experiments.toy.plan import CORRUPTION_KINDS

_SMALL = {"num_train": 30, "num_test": 7, "low_quality_rate": 0.4, "image_size": 32, "num_frames": 4}


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return make_toy_dfer(tmp_path_factory.mktemp("toy") / "set", **_SMALL, workers=2)


def _digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _list(path):
    pairs = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return {key: int(label) for key, label in pairs}


def test_same_seed_same_bytes_whatever_the_workers(toy, tmp_path):
    assert _digests(make_toy_dfer(tmp_path / "again", **_SMALL, workers=1)) == _digests(toy)


def test_another_seed_draws_other_clips(toy, tmp_path):
    other = _digests(make_toy_dfer(tmp_path / "other", **_SMALL, seed=1, workers=1))
    mine = _digests(toy)
    same = [name for name in mine if name.endswith(".mp4") and mine[name] == other[name]]
    assert mine.keys() == other.keys()
    assert not same


def test_no_two_clips_are_alike(toy):
    videos = [digest for name, digest in _digests(toy).items() if name.endswith(".mp4")]
    assert len(set(videos)) == len(videos) == 37


def test_lists_agree_with_the_truth(toy):
    noisy, oracle, truth = _list(toy / "train.txt"), _list(toy / "train_oracle.txt"), _rows(toy / "truth.csv")
    assert (toy / "truth.csv").read_text().splitlines()[0] == "key,true_label,noise"
    assert [row["key"] for row in truth] == list(noisy)
    wrong = {row["key"] for row in truth if noisy[row["key"]] != int(row["true_label"])}
    by_noise = {noise: {row["key"] for row in truth if row["noise"] == noise} for noise in ("low_quality", "mislabel")}
    assert wrong == by_noise["mislabel"]
    assert {noise: len(keys) for noise, keys in by_noise.items()} == {"low_quality": 12, "mislabel": 6}
    expected = {row["key"]: int(row["true_label"]) for row in truth if row["noise"] != "low_quality"}
    assert oracle == expected
    kinds = {row["key"]: row["kind"] for row in _rows(toy / "clips.csv") if row["kind"]}
    assert kinds.keys() == by_noise["low_quality"]
    assert sorted(kinds.values()) == sorted(2 * CORRUPTION_KINDS)


def test_test_split_is_clean(toy):
    clips = _rows(toy / "clips.csv")
    test = {row["key"]: int(row["true_label"]) for row in clips if row["key"].startswith("test/")}
    assert test == _list(toy / "test.txt")
    assert all(row["noise"] == "clean" for row in clips if row["key"] in test)


def test_classes_are_named_in_order(toy):
    assert tuple((toy / "classes.txt").read_text().split()) == DFEW_CLASSES


def test_decord_reads_all_but_the_truncated(toy):
    decord.logging.set_level(decord.logging.QUIET)
    for row in _rows(toy / "clips.csv"):
        path = str(toy / "videos" / row["key"])
        if row["kind"] == "truncated":
            with pytest.raises((RuntimeError, DECORDError)):
                decord.VideoReader(path, num_threads=1)
            continue
        reader = decord.VideoReader(path, num_threads=1)
        assert len(reader) == 4
        assert reader.get_avg_fps() == pytest.approx(12.5)
        frames = reader.get_batch(list(range(4))).asnumpy()
        assert frames.shape == (4, 32, 32, 3)
        backwards = np.stack([reader[index].asnumpy() for index in reversed(range(4))])[::-1]
        np.testing.assert_array_equal(frames, backwards)


def test_finished_set_is_left_alone(toy):
    before = {path: path.stat().st_mtime_ns for path in toy.rglob("*")}
    assert make_toy_dfer(toy, **_SMALL, workers=1) == toy
    assert before == {path: path.stat().st_mtime_ns for path in toy.rglob("*")}


def test_other_settings_or_an_unfinished_set_are_drawn_anew(tmp_path):
    settings = {"num_train": 8, "num_test": 7, "image_size": 32, "num_frames": 2, "workers": 1}
    folder = make_toy_dfer(tmp_path, **settings)
    first = _digests(folder)
    (folder / "toy.json").rename(folder / "toy.unfinished.json")
    (folder / "videos" / "train" / "00003.mp4").write_bytes(b"half")
    (folder / "notes.md").write_text("mine")
    assert _digests(make_toy_dfer(folder, **settings)) == {**first, "notes.md": _digests(folder)["notes.md"]}
    make_toy_dfer(folder, **{**settings, "num_train": 7})
    assert len(list((folder / "videos" / "train").iterdir())) == 7
    assert (folder / "notes.md").read_text() == "mine"


def test_a_foreign_folder_is_refused_and_untouched(tmp_path):
    (tmp_path / "train.txt").write_text("precious")
    with pytest.raises(ConfigError, match="no toy set"):
        make_toy_dfer(tmp_path, **_SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["train.txt"]
    assert (tmp_path / "train.txt").read_text() == "precious"
    with pytest.raises(ConfigError, match="is a file"):
        make_toy_dfer(tmp_path / "train.txt", **_SMALL)


@pytest.mark.parametrize(
    "setting",
    [
        {"image_size": 33},
        {"image_size": 48},
        {"image_size": 30},
        {"num_frames": 1},
        {"workers": 0},
        {"num_train": 6},
        {"num_test": 0},
        {"seed": -1},
        {"low_quality_rate": 10.0},
        {"mislabel_rate": -0.1},
        {"low_quality_rate": 0.6, "mislabel_rate": 0.6},
        {"confusion": "people"},
    ],
    ids=str,
)
def test_bad_settings_are_refused_before_anything_is_written(tmp_path, setting):
    with pytest.raises(ConfigError):
        make_toy_dfer(tmp_path / "set", **{**_SMALL, **setting})
    assert not (tmp_path / "set").exists()


def test_a_full_disk_is_told_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1000))
    with pytest.raises(DataError, match="MB free; delete something"):
        make_toy_dfer(tmp_path / "set", **_SMALL)
    assert not (tmp_path / "set").exists()
