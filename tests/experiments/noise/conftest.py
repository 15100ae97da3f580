from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest


def _pictures(number: int) -> np.ndarray:
    """Return 6 coloured frames with a moving block, in OpenCV's order of channels."""
    frames = np.full((6, 48, 64, 3), (40, 90, 200), np.uint8)
    for step, frame in enumerate(frames):
        frame[10:30, 4 + 6 * step : 24 + 6 * step] = (250, 30 * number % 255, 20)
    return frames


@pytest.fixture
def make_video() -> Callable[[Path, int], Path]:
    def make(path: Path, number: int) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 12.5, (64, 48))
        assert writer.isOpened()
        for frame in _pictures(number):
            writer.write(frame)
        writer.release()
        return path

    return make


@pytest.fixture
def make_frame_folder() -> Callable[[Path, int], Path]:
    def make(path: Path, number: int) -> Path:
        path.mkdir(parents=True)
        for step, frame in enumerate(_pictures(number), start=1):
            cv2.imwrite(str(path / f"img_{step:05}.jpg"), frame)
        return path

    return make


@pytest.fixture
def video(tmp_path: Path, make_video: Callable[[Path, int], Path]) -> Path:
    return make_video(tmp_path / "clip.mp4", 1)
