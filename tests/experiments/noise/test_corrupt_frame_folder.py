from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.noise.corrupt_files import corrupt_frame_folder


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
