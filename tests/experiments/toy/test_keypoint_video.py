"""Drawn keypoints show what moves, leave out what was not seen, and come with lists that fit."""

from __future__ import annotations

import pickle
from pathlib import Path

import decord
import numpy as np
import pytest

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.toy.keypoint_video import FACE100, draw_keypoints, make_keypoint_videos


def _points(frames: int = 3, points: int = 5) -> np.ndarray:
    return np.random.default_rng(0).uniform(100, 300, size=(frames, points, 2))


def _ground(frames: np.ndarray) -> np.ndarray:
    return (frames == frames[0, 0, 0]).all(axis=-1)


def _pose_file(folder: Path, points: int = 100, name: str = "person/clip") -> Path:
    entries = [
        {
            "frame_dir": f"{name}_{i}",
            "label": i % 3,
            "total_frames": 4,
            "img_shape": (480, 640),
            "keypoint": _points(4, points)[None].astype(np.float32) + i,
            "keypoint_score": np.ones((1, 4, points), np.float32),
        }
        for i in range(6)
    ]
    names = [entry["frame_dir"] for entry in entries]
    split = {"train": names[:4], "val": names[4:], "all": names}
    file = folder / "pose.pkl"
    file.write_bytes(pickle.dumps({"split": split, "annotations": entries}))
    return file


def test_the_outlines_use_every_point_of_the_face_once_but_irises_and_tip_of_the_nose():
    used = [point for first, end, _, _ in FACE100 for point in range(first, end)]
    assert sorted([*used, 87, 88, 89]) == list(range(100))


@pytest.mark.parametrize("points", [5, 100])
def test_place_and_size_do_not_show(points):
    drawn = draw_keypoints(_points(points=points))
    assert drawn.shape == (3, 64, 64, 3) and drawn.dtype == np.uint8
    moved = draw_keypoints(_points(points=points) * 2 + [40, -7])
    # Rounding to a sixteenth of a pixel may differ.
    assert np.abs(drawn.astype(int) - moved).mean() < 0.5


def test_the_box_is_that_of_the_whole_clip_and_fills_the_canvas():
    points = np.zeros((2, 4, 2))
    points[0] = [[0, 0], [10, 0], [0, 10], [10, 10]]
    points[1] = points[0] + [30, 0]
    shown = ~_ground(draw_keypoints(points))
    columns = [np.flatnonzero(frame.any(axis=0)) for frame in shown]
    assert columns[0].min() < 8 and columns[0].max() < 30
    assert columns[1].min() > 34 and columns[1].max() > 55


def test_a_dot_lies_where_its_point_is():
    drawn = draw_keypoints(np.array([[[0.0, 0.0], [100.0, 50.0]]]))
    rows, columns = np.nonzero(~_ground(drawn)[0])
    left, right = columns < 32, columns >= 32
    assert columns[left].mean() == pytest.approx(0.08 * 64, abs=1)
    assert rows[left].mean() == pytest.approx(32 - 0.84 * 16, abs=1)
    assert columns[right].mean() == pytest.approx(0.92 * 64, abs=1)
    assert rows[right].mean() == pytest.approx(32 + 0.84 * 16, abs=1)


@pytest.mark.parametrize("points", [5, 100])
def test_unseen_points_are_left_out_whatever_they_hold(points):
    scores = np.ones((3, points))
    scores[1] = 0
    wild = _points(points=points)
    wild[1] = np.nan
    drawn = draw_keypoints(wild, scores)
    assert _ground(drawn)[1].all()
    assert not _ground(drawn)[0].all()
    assert _ground(draw_keypoints(wild, np.zeros((3, points)))).all()


@pytest.mark.parametrize(
    ("points", "scores", "message"),
    [
        (np.zeros((3, 5)), None, "points must have shape"),
        (np.zeros((0, 5, 2)), None, "at least one frame"),
        (np.zeros((3, 5, 2)), np.ones((3, 4)), "scores must have shape"),
        (np.full((3, 5, 2), np.nan), None, "not finite"),
    ],
)
def test_what_is_no_sequence_is_refused(points, scores, message):
    with pytest.raises(DataError, match=message):
        draw_keypoints(points, scores)


def test_videos_and_lists_fit_each_other(tmp_path):
    file = _pose_file(tmp_path, points=5)
    folder = make_keypoint_videos(file, tmp_path / "out", ("train", "val", "all"), fps=10)
    lists = {split: (folder / f"{split}.txt").read_text() for split in ("train", "val", "all")}
    assert lists["train"] == "".join(f"person/clip_{i}.mp4 {i % 3}\n" for i in range(4))
    assert lists["train"] + lists["val"] == lists["all"]
    assert len(list((folder / "videos").rglob("*.mp4"))) == 6
    reader = decord.VideoReader(str(folder / "videos" / "person" / "clip_5.mp4"))
    assert len(reader) == 4 and reader.get_avg_fps() == 10
    entry = pickle.loads(file.read_bytes())["annotations"][5]
    wanted = draw_keypoints(entry["keypoint"][0].astype(float))
    assert np.abs(reader[:].asnumpy().astype(int) - wanted).mean() < 8


def test_settings_out_of_range_are_named(tmp_path):
    file = _pose_file(tmp_path, points=5)
    with pytest.raises(ConfigError, match="image_size=48"):
        make_keypoint_videos(file, tmp_path / "out", image_size=48)
    with pytest.raises(ConfigError, match="fps=0"):
        make_keypoint_videos(file, tmp_path / "out", fps=0)
    with pytest.raises(ConfigError, match="not an empty folder"):
        make_keypoint_videos(file, tmp_path)
    with pytest.raises(ConfigError, match="split='test'"):
        make_keypoint_videos(file, tmp_path / "out", ("train", "test"))
    assert not (tmp_path / "out").exists()
