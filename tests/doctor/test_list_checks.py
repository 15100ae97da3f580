"""Lists of every form that MMAction2 reads: what the doctor says of them, and what it does not."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config

from d2sp_mm.doctor.annotation_lists import read_lists
from d2sp_mm.doctor.list_checks import check_given_list, check_lists
from tests.doctor.dataset_configs import videos_config


def config(train: dict, val: dict | None = None) -> Config:
    return Config(
        dict(train_dataloader=dict(dataset=train), val_dataloader=dict(dataset=val or train) if val is not None else None)
    )


def said(read: Config, num_classes: int = 5) -> list[str]:
    lists, findings = read_lists(read)
    return [f"{f.level}: {f.what}" for f in findings + check_lists(lists, num_classes) if f.level != "ok"]


def pose(path: Path, named: bool = True, kind: type = int) -> dict:
    def entry(number: int) -> dict:
        name = {"frame_dir": f"v{number}"} if named else {}
        points = np.zeros((1, 4, 17, 2), np.float32)
        return dict(**name, label=kind(number % 5), img_shape=(8, 8), total_frames=4, keypoint=points)

    path.write_bytes(pickle.dumps([entry(number) for number in range(10)]))
    return dict(type="PoseDataset", ann_file=str(path), pipeline=[])


def test_skeletons_without_names_are_not_taken_for_one_another(tmp_path):
    assert said(config(pose(tmp_path / "a.pkl", named=False), pose(tmp_path / "b.pkl", named=False))) == []
    both = said(config(pose(tmp_path / "a.pkl"), pose(tmp_path / "b.pkl")))
    assert both == ["fail: 10 clips stand in both train and val: 'v0', 'v1', 'v2' and 7 more"]


def test_labels_of_numpy_are_named_as_what_they_are(tmp_path):
    read = config(pose(tmp_path / "a.pkl", kind=np.int64))
    (finding,) = said(read)
    assert finding.startswith("fail: train: labels are of type int64, which MMAction2's PackActionInputs refuses")
    lists, _ = read_lists(read)
    assert lists["train"].class_labels(5) == [number % 5 for number in range(10)]


def test_samples_cut_from_one_clip_are_different_samples(tmp_path):
    (tmp_path / "clip").mkdir()
    for number in range(1, 9):
        (tmp_path / "clip" / f"img_{number:05}.jpg").touch()
    listed = tmp_path / "list.txt"
    dataset = dict(
        type="RawframeDataset", ann_file=str(listed), data_prefix=dict(img=str(tmp_path)), with_offset=True, pipeline=[]
    )
    listed.write_text("clip 0 4 0\nclip 4 4 1\n")
    assert said(config(dataset)) == []
    listed.write_text("clip 0 4 0\nclip 4 5 1\n")
    assert ["lack frames that the list promises" in finding for finding in said(config(dataset))] == [True]
    listed.write_text("clip 0 4 0\nclip 0 4 1\n")
    assert len(said(config(dataset))) == 2


@pytest.mark.parametrize(
    ("text", "words", "advice"),
    [
        ("a.mp4 0\nb.mp4\n", "line 2: the label is missing: 'b.mp4'", "`path label`"),
        ("a.mp4 0\n\nb.mp4 1\n", "line 2: a blank line", "mend the line"),
        ("a.mp4,0\nb.mp4,1\n", "line 1: the label is missing: 'a.mp4,0'", "delimiter=','"),
        ("a.mp4 0\ncaf\udce9.mp4 1\n", r"line 2: b'caf\xe9.mp4 1' is not UTF-8", "mend the line"),
        ("my clip.mp4 0\n", "line 1: 3 columns at the delimiter ' '", "mend the line"),
    ],
)
def test_a_line_that_is_not_of_its_form_is_named_with_its_number(tmp_path, text, words, advice):
    listed = tmp_path / "list.txt"
    listed.write_bytes(text.encode("utf-8", "surrogateescape"))
    lists, findings = read_lists(config(dict(type="VideoDataset", ann_file=str(listed), pipeline=[])))
    (broken,) = findings
    assert broken.level == "fail" and words in broken.what and advice in broken.advice
    assert not [f for f in check_lists(lists, 5) if "labels are not in" in f.what]


def test_repeated_samples_are_drawn_as_often(tmp_path):
    repeated = dict(type="RepeatDataset", times=5, dataset=pose(tmp_path / "a.pkl"))
    lists, findings = read_lists(config(repeated))
    assert not findings and len(lists["train"].entries) == 10 and lists["train"].draws == 50


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (dict(type="ClassBalancedDataset", oversample_thr=0.1), "NotImplementedError"),
        (dict(type="NoDataset"), "KeyError"),
    ],
)
def test_a_dataset_that_cannot_be_built_is_a_finding_whatever_it_raises(tmp_path, dataset, words):
    if "oversample_thr" in dataset:
        dataset = dict(dataset, dataset=pose(tmp_path / "a.pkl"))
    (finding,) = said(config(dataset))
    assert finding.startswith(f"fail: train_dataloader.dataset cannot be built: {words}")


def test_names_without_mp4_are_those_of_files_that_are_there(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"clip")
    lists, _ = read_lists(videos_config(tmp_path, "a 0\nb 1\n"))
    (absent,) = [f.what for f in check_lists(lists, 2) if f.level != "ok"]
    assert absent.startswith("train: 1 of 2 clips are not there") and absent.endswith("/b'")


def test_whether_a_purified_list_can_be_written_is_tried(tmp_path):
    config = videos_config(tmp_path, "a 0\nb 1\nc 0\n", indices=[0, 2])
    lists, _ = read_lists(config)
    (finding,) = check_given_list(config, lists["train"].samples)
    assert finding.level == "fail" and "the purified annotation cannot be written" in finding.what
    config.default_hooks.purification.write_annotation = False
    assert [f.level for f in check_given_list(config, lists["train"].samples)] == ["ok"]
    lists, _ = read_lists(videos_config(tmp_path, "a 0\nb 1\nc 0\n"))
    config.default_hooks.purification.write_annotation = True
    assert [f.level for f in check_given_list(config, lists["train"].samples)] == ["ok"]
