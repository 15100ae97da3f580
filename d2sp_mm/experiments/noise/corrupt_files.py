"""Corrupted copies of videos and folders of frames."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import decord
import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.noise.corrupt import KINDS as FRAME_KINDS
from d2sp_mm.experiments.noise.corrupt import corrupt_frames


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


def corrupt_frame_folder(
    source: Path, target: Path, frame_indices: range, filename_tmpl: str, kind: str, rng: np.random.Generator
) -> None:
    """Write corrupted copies of one clip's frames into a new folder, under the same names.

    Args:
        source: The folder of the clip; left as it is.
        target: The folder to make.
        frame_indices: The numbers of the clip's frames in their file names.
        filename_tmpl: The file names, as in ``RawframeDataset``, for example ``img_{:05}.jpg``.
        kind: One of :data:`d2sp_mm.experiments.noise.corrupt.KINDS`.
        rng: Source of randomness.

    Raises:
        DataError: A frame is missing, or the frames differ in size.
    """
    names = [filename_tmpl.format(index) for index in frame_indices]
    frames: list[np.ndarray] = []
    for name in names:
        frame = cv2.imread(str(source / name))
        if frame is None:
            raise DataError(
                f"{source / name}: cannot be read as a picture; check data_root, filename_tmpl={filename_tmpl!r}, "
                "start_index and the total_frames of the annotation file."
            )
        if frames and frame.shape != frames[0].shape:
            raise DataError(f"{source / name}: is of shape {frame.shape}, the frames before it of {frames[0].shape}.")
        frames.append(frame)
    target.mkdir(parents=True)
    for name, frame in zip(names, corrupt_frames(np.stack(frames), kind, rng)):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(target / name), frame)


#: Every way to corrupt a video file.
KINDS = (*FRAME_KINDS, "truncated")


def corrupt_video_file(source: Path, target: Path, kind: str, rng: np.random.Generator) -> None:
    """Write a corrupted copy of a video.

    ``truncated`` copies the file and cuts it; every other kind decodes all frames at once, corrupts them, and writes an
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
    _encode(target, corrupt_frames(frames, kind, rng), frame_rate)


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
