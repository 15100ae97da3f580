"""A few pictures of a clip."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import decord
import numpy as np
from decord._ffi.base import DECORDError


def read_frames(path: Path, num_frames: int) -> np.ndarray | None:
    """Read frames spread evenly over a clip, the first and the last included.

    Args:
        path: The video file.
        num_frames: How many, at least 1.

    Returns:
        RGB frames, shape ``(num_frames, height, width, 3)``, ``uint8``; None where the clip cannot be decoded.
    """
    try:
        with _quiet():
            reader = decord.VideoReader(str(path), num_threads=1)
            picked = np.linspace(0, len(reader) - 1, num_frames).round().astype(int)
            frames: np.ndarray = reader.get_batch(picked.tolist()).asnumpy()
    # decord tells of a damaged file in any of these.
    except (DECORDError, RuntimeError, IndexError):
        return None
    return frames


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Drop what decord's and FFmpeg's own code writes to the error stream of a damaged file: it is not Python's stream."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
