"""Clips of every kind, as the page finds them."""

from __future__ import annotations

import pickle

import cv2
import numpy as np
from mmengine.config import Config
from mmengine.registry import DefaultScope

from d2sp_mm.datasets.build_dataset import build_dataset
from d2sp_mm.datasets.sample_map import SampleMap
from d2sp_mm.datasets.training_list import read_training_list
from d2sp_mm.review.report.clip_source import ClipSource
from tests.review.report.real_report import write_video


def source_of(dataset):
    config = Config(dict(train_dataloader=dict(dataset=dataset)))
    with DefaultScope.overwrite_default_scope("mmaction"):
        keys = read_training_list(SampleMap(build_dataset(dict(dataset, pipeline=[])))).keys
    return ClipSource(config, keys)


def test_frames_of_a_folder_of_pictures(tmp_path):
    (tmp_path / "a").mkdir()
    for number in range(1, 8):
        cv2.imwrite(str(tmp_path / "a" / f"img_{number:05}.jpg"), np.full((6, 10, 3), 30 * number, np.uint8))
    (tmp_path / "list.txt").write_text("a 7 0\nmissing 7 0\n")
    dataset = dict(type="RawframeDataset", ann_file=str(tmp_path / "list.txt"), data_prefix=dict(img=str(tmp_path)))
    source = source_of(dict(dataset, pipeline=[dict(type="NotRegistered")]))
    assert source.frames(0, 3).mean(axis=(1, 2, 3)).round().tolist() == [30, 120, 210]
    assert source.frames(1, 3) is None and source.video(0) is None


def test_skeletons_are_drawn_inside_the_picture(tmp_path):
    rng = np.random.default_rng(0)
    keypoint = rng.uniform(100, 500, (1, 9, 5, 2)).astype(np.float32)
    entry = dict(frame_dir="s", label=0, keypoint=keypoint, total_frames=9, img_shape=(600, 600))
    path = tmp_path / "pose.pkl"
    path.write_bytes(pickle.dumps(dict(split=dict(train=["s"]), annotations=[entry])))
    source = source_of(dict(type="PoseDataset", ann_file=str(path), split="train", pipeline=[]))
    frames = source.frames(0, 4)
    assert frames.shape == (4, 160, 160, 3) and frames.dtype == np.uint8
    dark = (frames < 100).all(axis=-1)
    assert dark.any(axis=(1, 2)).all() and not dark[:, [0, -1]].any() and not dark[:, :, [0, -1]].any()


def test_frames_of_a_video_are_spread_from_first_to_last(tmp_path):
    write_video(tmp_path / "v.mp4", 0)
    (tmp_path / "list.txt").write_text("v.mp4 0\n")
    dataset = dict(type="VideoDataset", ann_file=str(tmp_path / "list.txt"), data_prefix=dict(video=str(tmp_path)))
    source = source_of(dict(dataset, pipeline=[]))
    np.testing.assert_allclose(source.frames(0, 2).mean(axis=(1, 2, 3)), [0, 210], atol=12)
