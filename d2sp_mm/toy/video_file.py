"""Writing frames as an mp4 file."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from d2sp_mm.errors import DataError


def write_mp4(path: Path, frames: NDArray[np.uint8], fps: float) -> None:
    """Write a clip with OpenCV's own MPEG-4 encoder; the same frames always give the same bytes.

    Args:
        path: The file to write; its folder must exist.
        frames: Shape (t, h, w, 3), RGB, uint8, sides of even length.
        fps: Frames a second.

    Raises:
        DataError: The encoder cannot be opened, or wrote nothing.
    """
    height, width = frames.shape[1:3]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, (width, height))
    if not writer.isOpened():
        raise DataError(f"cannot write {path}: OpenCV opens no mp4 encoder there; check the folder and the free space")
    for frame in frames:
        writer.write(np.ascontiguousarray(frame[..., ::-1]))
    writer.release()
    if not path.is_file() or path.stat().st_size == 0:
        raise DataError(f"cannot write {path}: the encoder left no file; check the free space")
