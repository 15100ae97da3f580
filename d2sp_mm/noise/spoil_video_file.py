"""Spoiled copies of video files."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import decord
import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.noise.spoil import KINDS as FRAME_KINDS
from d2sp_mm.noise.spoil import spoil_frames
from d2sp_mm.noise.truncate import truncate_file

#: Every way to spoil a video file.
KINDS = (*FRAME_KINDS, "truncated")


def spoil_video_file(source: Path, target: Path, kind: str, rng: np.random.Generator) -> None:
    """Write a spoiled copy of a video.

    ``truncated`` copies the file and cuts it; every other kind decodes all frames at once, spoils them, and writes an
    mp4 file with the same size, number of frames and frame rate.

    Args:
        source: The video; left as it is.
        target: The copy to write, ``.mp4`` unless ``kind`` is ``truncated``; its folder must exist.
        kind: One of ``KINDS``.
        rng: Source of randomness.

    Raises:
        DataError: The source cannot be decoded, or the copy cannot be written.
    """
    if kind == "truncated":
        shutil.copyfile(source, target)
        truncate_file(target, rng)
        return
    frames, frame_rate = _decode(source)
    _encode(target, spoil_frames(frames, kind, rng), frame_rate)


def _decode(source: Path) -> tuple[np.ndarray, float]:
    try:
        reader = decord.VideoReader(str(source), num_threads=1)
        return reader.get_batch(range(len(reader))).asnumpy(), float(reader.get_avg_fps())
    except (decord.DECORDError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[-1]
        raise DataError(f"{source}: cannot be decoded ({reason}); take it off the annotation file.") from error


def _encode(target: Path, frames: np.ndarray, frame_rate: float) -> None:
    height, width = frames.shape[1:3]
    rate = frame_rate if np.isfinite(frame_rate) and frame_rate > 0 else 25.0
    writer = cv2.VideoWriter(str(target), cv2.VideoWriter.fourcc(*"mp4v"), rate, (width, height))
    if not writer.isOpened():
        raise DataError(f"{target}: OpenCV cannot write this video of {width}x{height} at {rate} frames/s.")
    try:
        for frame in frames:
            writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    finally:
        writer.release()
