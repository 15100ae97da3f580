from __future__ import annotations

import os
from pathlib import Path

import pytest

from d2sp_mm.visualization.frames import read_video
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
