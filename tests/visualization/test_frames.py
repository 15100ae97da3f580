"""Frames of clips of every kind, spread over the clip."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from d2sp_mm.visualization.frames import draw_keypoints, frames_of, read_video
from tests.experiments.demo.tiny_set import write_tiny_set


def test_frames_are_spread_over_the_clip(tmp_path: Path) -> None:
    data, _ = write_tiny_set(tmp_path)
    frames = read_video(data / "videos" / "c.mp4", 4)
    assert frames is not None and frames.shape == (4, 32, 32, 3)
    assert abs(frames.mean() - 80) < 5


def test_a_broken_clip_has_no_frames_and_is_quiet(tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    data, _ = write_tiny_set(tmp_path)
    assert read_video(data / "videos" / "e.mp4", 4) is None
    assert capfd.readouterr().err == ""
    # Whatever follows must be heard again.
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"


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


def test_joints_that_were_not_found_are_not_drawn():
    keypoint = np.zeros((1, 2, 3, 2))
    assert draw_keypoints(keypoint, 2) is None
    keypoint[0, :, 0] = np.nan
    keypoint[0, 0, 1] = 5
    frames = draw_keypoints(keypoint, 2)
    assert (frames[0] < 100).any() and not (frames[1] < 100).any()
