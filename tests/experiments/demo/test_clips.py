from __future__ import annotations

from pathlib import Path

import pytest

from d2sp_mm.experiments.demo.clips import read_clips
from d2sp_mm.visualization.frames import read_video
from tests.experiments.demo.tiny_set import CLASSES, write_tiny_set


def test_truth_is_matched_by_key(tmp_path: Path) -> None:
    clips = read_clips(*write_tiny_set(tmp_path))
    assert clips.classes == list(CLASSES)
    assert [clips.told(sample) for sample in range(5)] == [
        "good clip, right label",
        "good clip, wrong label: is Happy",
        "good clip, wrong label: is Sad",
        "corrupted: no face",
        "corrupted: truncated",
    ]


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
    import os

    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"
