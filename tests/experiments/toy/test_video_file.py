"""Written clips come back as they were, up to compression."""

from __future__ import annotations

import decord
import numpy as np
import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.toy.clip import write_mp4


def test_frames_come_back_in_order_and_colour(tmp_path):
    frames = np.zeros((10, 32, 64, 3), np.uint8)
    frames[..., 0] = (np.arange(10) * 25)[:, None, None]
    frames[:, :, 32:, 2] = 200
    write_mp4(tmp_path / "clip.mp4", frames, 12.5)
    read = decord.VideoReader(str(tmp_path / "clip.mp4"), num_threads=1).get_batch(list(range(10))).asnumpy()
    assert read.shape == frames.shape
    assert np.abs(read.astype(int) - frames).mean() < 6


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(DataError, match="cannot write"):
        write_mp4(tmp_path / "absent" / "clip.mp4", np.zeros((2, 16, 16, 3), np.uint8), 12.5)
