"""Files are looked up where MMAction2's pipelines look."""

from __future__ import annotations

import os

import cv2
import numpy as np
import pytest

from d2sp_mm.visualization.clip_files import frame_files, frame_numbers, video_file
from d2sp_mm.visualization.frames import frames_of


def test_a_name_without_a_suffix_is_that_of_an_mp4_if_there_is_one(tmp_path):
    (tmp_path / "a.mp4").touch()
    (tmp_path / "b").touch()
    (tmp_path / "b.mp4").touch()
    names = [str(tmp_path / name) for name in ("a", "a.mp4", "b", "none", "a.avi")]
    assert [os.path.basename(video_file(name)) for name in names] == ["a.mp4", "a.mp4", "b.mp4", "none", "a.avi"]
    assert video_file("") == ""


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (dict(total_frames=2), [["c/img_00001.jpg"], ["c/img_00002.jpg"]]),
        (dict(total_frames=2, start_index=0, offset=5, filename_tmpl="{}.png"), [["c/5.png"], ["c/6.png"]]),
        (
            dict(total_frames=1, filename_tmpl="flow_{}_{:03}.jpg", modality="Flow"),
            [["c/flow_x_001.jpg", "c/flow_y_001.jpg"]],
        ),
        (dict(total_frames=1, filename_tmpl="{}/{:03}.jpg", modality="Flow"), [["c/x/001.jpg", "c/y/001.jpg"]]),
    ],
)
def test_frames_are_named_as_the_template_says(info, expected):
    info = dict(frame_dir="c", **info)
    assert frame_files(info, frame_numbers(info)) == expected


def test_optical_flow_is_drawn_in_two_colours(tmp_path):
    for direction, grey in (("x", 40), ("y", 200)):
        for number in (1, 2):
            cv2.imwrite(str(tmp_path / f"flow_{direction}_{number:05}.png"), np.full((6, 8), grey, np.uint8))
    info = dict(frame_dir=str(tmp_path), total_frames=2, filename_tmpl="flow_{}_{:05}.png", modality="Flow")
    frames = frames_of(info, 2)
    assert frames.shape == (2, 6, 8, 3)
    assert frames[0, 0, 0].tolist() == [40, 200, 128]
    (tmp_path / "flow_y_00002.png").unlink()
    assert frames_of(info, 2) is None
