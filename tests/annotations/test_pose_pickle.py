from __future__ import annotations

import logging
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from d2sp_mm.annotations import read_annotations, write_annotations
from d2sp_mm.errors import ConfigError, DataError


def _entry(name: str, label: Any, field: str = "frame_dir") -> dict:
    return {field: name, "label": label, "total_frames": 4, "keypoint": np.full((1, 4, 3, 2), 2.0, np.float32)}


def _file(tmp_path: Path, data: Any) -> Path:
    path = tmp_path / "in.pkl"
    path.write_bytes(pickle.dumps(data))
    return path


def _split_data() -> dict:
    entries = [_entry("d", 3), _entry("a", 0), _entry("b", 1), _entry("c", 2), _entry("e", 4)]
    return {"split": {"train": ["a", "c", "e", "d"], "val": ["b", "e"]}, "annotations": entries, "note": "kept"}


def _stock(path: Path, split: str | None) -> list[tuple[str, int]]:
    datasets = pytest.importorskip("mmaction.datasets")
    dataset = datasets.PoseDataset(str(path), [], split=split)
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    return [(info.get("filename", info.get("frame_dir")), int(info["label"])) for info in infos]


@pytest.mark.parametrize("split", ["train", "val"])
def test_samples_are_those_of_the_stock_dataset(tmp_path: Path, split: str) -> None:
    path = _file(tmp_path, _split_data())
    annotations = read_annotations(path, split=split)
    assert annotations.kind == "pose"
    assert list(zip(annotations.keys, annotations.labels.tolist())) == _stock(path, split)


@pytest.mark.parametrize("field", ["frame_dir", "filename"])
def test_a_plain_list_is_read_and_written(tmp_path: Path, field: str) -> None:
    path = _file(tmp_path, [_entry("a", 0, field), _entry("b", np.int64(1), field), _entry("c", 2, field)])
    annotations = read_annotations(path)
    assert annotations.keys == ["a", "b", "c"]
    write_annotations(annotations, tmp_path / "out.pkl", np.array([True, True, False]), np.array([0, 5, 2]))
    assert _stock(tmp_path / "out.pkl", None) == [("a", 0), ("b", 5)]


def test_purified_file_loads_in_the_stock_dataset_and_other_splits_stay(tmp_path: Path) -> None:
    annotations = read_annotations(_file(tmp_path, _split_data()), split="train")
    assert annotations.keys == ["d", "a", "c", "e"]
    write_annotations(annotations, tmp_path / "out.pkl", np.array([True, False, True, True]), np.array([3, 0, 7, 4]))
    assert _stock(tmp_path / "out.pkl", "train") == [("d", 3), ("c", 7), ("e", 4)]
    assert _stock(tmp_path / "out.pkl", "val") == [("b", 1), ("e", 4)]
    written = pickle.loads((tmp_path / "out.pkl").read_bytes())
    assert written["note"] == "kept"
    assert written["split"]["train"] == ["c", "e", "d"]
    assert [entry["frame_dir"] for entry in written["annotations"]] == ["d", "b", "c", "e"]
    assert [entry.get("given_label") for entry in written["annotations"]] == [None, None, 2, None]


def test_a_dropped_sample_of_another_split_stays_there(tmp_path: Path) -> None:
    annotations = read_annotations(_file(tmp_path, _split_data()), split="train")
    write_annotations(annotations, tmp_path / "out.pkl", np.array([True, True, True, False]))
    assert _stock(tmp_path / "out.pkl", "train") == [("d", 3), ("a", 0), ("c", 2)]
    assert _stock(tmp_path / "out.pkl", "val") == [("b", 1), ("e", 4)]


def test_a_changed_sample_of_another_split_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    annotations = read_annotations(_file(tmp_path, _split_data()), split="train")
    with caplog.at_level(logging.WARNING):
        write_annotations(annotations, tmp_path / "out.pkl", labels=np.array([3, 0, 2, 0]))
    assert "1 changed samples of split 'train' belong to the splits 'val' too" in caplog.text


def test_one_of_two_entries_of_a_name_is_dropped_alone(tmp_path: Path) -> None:
    data = {"split": {"train": ["a"], "val": ["a"]}, "annotations": [_entry("a", 0), _entry("a", 1)]}
    annotations = read_annotations(_file(tmp_path, data), split="train")
    assert annotations.keys == ["a", "a#2"]
    write_annotations(annotations, tmp_path / "out.pkl", np.array([False, True]))
    assert _stock(tmp_path / "out.pkl", "train") == [("a", 1)]


def test_the_first_given_label_survives_a_second_purification(tmp_path: Path) -> None:
    annotations = read_annotations(_file(tmp_path, [_entry("a", 0)]))
    write_annotations(annotations, tmp_path / "one.pkl", labels=np.array([1]))
    write_annotations(read_annotations(tmp_path / "one.pkl"), tmp_path / "two.pkl", labels=np.array([2]))
    entry = pickle.loads((tmp_path / "two.pkl").read_bytes())[0]
    assert (entry["label"], entry["given_label"]) == (2, 0)


def test_the_annotations_that_were_read_do_not_change(tmp_path: Path) -> None:
    annotations = read_annotations(_file(tmp_path, _split_data()), split="train")
    before = pickle.dumps(annotations.content.data)
    write_annotations(annotations, tmp_path / "one.pkl", np.array([True, False, True, True]), np.array([3, 0, 7, 4]))
    assert pickle.dumps(annotations.content.data) == before
    write_annotations(annotations, tmp_path / "two.pkl", np.array([True, False, True, True]), np.array([3, 0, 7, 4]))
    assert (tmp_path / "one.pkl").read_bytes() == (tmp_path / "two.pkl").read_bytes()


def test_splits_that_are_sets_are_written_in_order(tmp_path: Path) -> None:
    data = {"split": {"train": {"b", "a"}, "val": {"d", "c"}}, "annotations": [_entry(name, 0) for name in "abcd"]}
    annotations = read_annotations(_file(tmp_path, data), split="train")
    write_annotations(annotations, tmp_path / "out.pkl")
    assert pickle.loads((tmp_path / "out.pkl").read_bytes())["split"] == {"train": ["a", "b"], "val": ["c", "d"]}


@pytest.mark.parametrize(
    ("data", "split", "error", "message"),
    [
        (_split_data(), None, ConfigError, r"split=None: .* has the splits 'train' \(4\), 'val' \(2\); name one"),
        (_split_data(), "test", ConfigError, "split='test'"),
        ([_entry("a", 0)], "train", ConfigError, "plain list without splits"),
        ([], None, DataError, "empty"),
        ("text", None, DataError, "holds a str"),
        ({"annotations": [_entry("a", 0)]}, "train", DataError, "has no 'split'"),
        ([{"frame_dir": "a"}], None, DataError, r"entry 0 \('a'\): the label is missing"),
        ([_entry("a", -1)], None, DataError, "the label -1 is no class index"),
        ([_entry("a", [1, 2])], None, DataError, "several labels"),
        ([_entry("a", 0), {"label": 1}], None, DataError, "entry 1: has the fields"),
        (["a"], None, DataError, "entry 0: a str; expected a dict"),
        ({"split": {"train": ["z"]}, "annotations": [_entry("a", 0)]}, "train", DataError, "no entry belongs"),
    ],
)
def test_bad_files_are_refused_by_name(tmp_path: Path, data: Any, split: Any, error: type, message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        read_annotations(_file(tmp_path, data), split=split)
    assert "in.pkl" in str(caught.value)


def test_a_file_that_is_no_pickle_is_named(tmp_path: Path) -> None:
    (tmp_path / "in.pkl").write_bytes(b"a 1\n")
    with pytest.raises(DataError, match=r"in\.pkl: cannot be unpickled"):
        read_annotations(tmp_path / "in.pkl")


def test_real_pose_file_round_trips(tmp_path: Path) -> None:
    path = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "uci_gfe" / "uci_gfe_face100_2d.pkl"
    if not path.exists():
        pytest.skip("the shared pose data set is not beside the repository")
    annotations = read_annotations(path, split="train")
    assert len(annotations) == 310
    write_annotations(annotations, tmp_path / "out.pkl", np.arange(310) != 7)
    assert len(_stock(tmp_path / "out.pkl", "train")) == 309
    assert _stock(tmp_path / "out.pkl", "val") == _stock(path, "val")
