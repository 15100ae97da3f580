"""Spoiling a video file by cutting its end off."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from d2sp_mm.errors import DataError


def truncate_file(path: str | Path, rng: np.random.Generator) -> int:
    """Cut a file in place to 30 to 70 % of its length.

    An mp4 file whose index stands at its end, as OpenCV and most encoders write it, cannot be opened any more. One with
    its index in front, and streams such as MPEG-1, can still be read in part.

    Args:
        path: The file to cut.
        rng: Source of randomness.

    Returns:
        The new length in bytes.

    Raises:
        DataError: There is no such file, or it is empty.
    """
    file = Path(path)
    if not file.is_file() or not (size := file.stat().st_size):
        raise DataError(f"cannot truncate {file}: no such file, or an empty one")
    length = int(size * rng.uniform(0.3, 0.7))
    with file.open("r+b") as stream:
        stream.truncate(length)
    return length
