"""Corrupted copies of files: a truncated file, a folder of frames, a video."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import decord
import numpy as np
import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.noise.corrupt_files import KINDS, corrupt_frame_folder, corrupt_video_file, truncate_file


@pytest.mark.parametrize("seed", range(5))
def test_the_end_is_cut_off(tmp_path, seed):
    file = tmp_path / "clip.mp4"
    content = np.random.default_rng(0).bytes(1000)
    file.write_bytes(content)
    length = truncate_file(file, np.random.default_rng(seed))
    assert 300 <= length <= 700
    assert file.read_bytes() == content[:length]


def test_no_file_and_empty_file_are_refused(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        truncate_file(tmp_path / "absent.mp4", np.random.default_rng(0))
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(DataError, match="empty"):
        truncate_file(tmp_path / "empty.mp4", np.random.default_rng(0))


def test_the_clips_frames_are_written_under_their_names(
    tmp_path: Path, make_frame_folder: Callable[[Path, int], Path]
) -> None:
    source = make_frame_folder(tmp_path / "in", 1)
    corrupt_frame_folder(source, tmp_path / "out", range(2, 5), "img_{:05}.jpg", "frozen", np.random.default_rng(0))
    assert sorted(os.listdir(tmp_path / "out")) == ["img_00002.jpg", "img_00003.jpg", "img_00004.jpg"]
    first = cv2.imread(str(source / "img_00002.jpg")).astype(int)
    for name in os.listdir(tmp_path / "out"):
        assert np.abs(cv2.imread(str(tmp_path / "out" / name)) - first).mean() < 3


def test_a_missing_frame_is_named(tmp_path: Path, make_frame_folder: Callable[[Path, int], Path]) -> None:
    source = make_frame_folder(tmp_path / "in", 1)
    with pytest.raises(DataError, match=r"img_00007\.jpg: cannot be read as a picture; check data_root"):
        corrupt_frame_folder(source, tmp_path / "out", range(1, 8), "img_{:05}.jpg", "dark", np.random.default_rng(0))
    assert not (tmp_path / "out").exists()


def _frames(path: Path) -> np.ndarray:
    reader = decord.VideoReader(str(path), num_threads=1)
    return reader.get_batch(range(len(reader))).asnumpy()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "truncated"])
def test_copy_has_the_form_of_the_clip_and_other_pictures(video: Path, tmp_path: Path, kind: str) -> None:
    before = video.read_bytes()
    corrupt_video_file(video, tmp_path / "out.mp4", kind, np.random.default_rng(0))
    source, corrupted = _frames(video), _frames(tmp_path / "out.mp4")
    assert corrupted.shape == source.shape
    assert np.abs(corrupted[1:].astype(int) - source[1:]).mean() > 5
    assert decord.VideoReader(str(tmp_path / "out.mp4")).get_avg_fps() == pytest.approx(12.5)
    assert video.read_bytes() == before


def test_frozen_keeps_the_colours_of_the_first_frame(video: Path, tmp_path: Path) -> None:
    corrupt_video_file(video, tmp_path / "out.mp4", "frozen", np.random.default_rng(0))
    colours = [_frames(path)[0].mean(axis=(0, 1)) for path in (video, tmp_path / "out.mp4")]
    np.testing.assert_allclose(colours[1], colours[0], atol=4)


def test_truncated_is_a_shorter_file_with_the_same_start(video: Path, tmp_path: Path) -> None:
    corrupt_video_file(video, tmp_path / "out.mp4", "truncated", np.random.default_rng(0))
    corrupted, source = (tmp_path / "out.mp4").read_bytes(), video.read_bytes()
    assert 0 < len(corrupted) < len(source) and source.startswith(corrupted)


def test_a_file_that_is_no_video_is_named(tmp_path: Path) -> None:
    (tmp_path / "in.mp4").write_bytes(b"no video")
    with pytest.raises(DataError, match=r"in\.mp4: cannot be decoded"):
        corrupt_video_file(tmp_path / "in.mp4", tmp_path / "out.mp4", "dark", np.random.default_rng(0))
