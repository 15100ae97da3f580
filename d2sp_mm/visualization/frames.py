"""Reading a few pictures of a clip, whatever it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from d2sp_mm.visualization.clip_files import frame_files, frame_numbers, silent_decoders, video_file

_SIDE = 160
_DOT = 2


def spread(length: int, count: int) -> np.ndarray:
    """Indices spread evenly over a clip, the first and the last included, shape (count,)."""
    return np.linspace(0, length - 1, count).round().astype(int)


def frames_of(info: Mapping[str, Any], count: int) -> np.ndarray | None:
    """Frames spread evenly over a sample, whatever it is made of.

    Args:
        info: What a data set of MMAction2 says of the sample (``get_data_info``): it has a ``keypoint``, a ``filename``, or
            a ``frame_dir`` with its ``total_frames``.
        count: How many frames, at least 1.

    Returns:
        RGB, shape ``(count, height, width, 3)``, ``uint8``; None where it has no pictures or they cannot be read.
    """
    if info.get("keypoint") is not None:
        return draw_keypoints(np.asarray(info["keypoint"], dtype=np.float64), count)
    if info.get("filename"):
        return read_video(Path(video_file(str(info["filename"]))), count)
    if info.get("frame_dir") and info.get("total_frames"):
        return read_images(info, count)
    return None


def strip_of(frames: np.ndarray, height: int) -> np.ndarray:
    """Frames side by side.

    Args:
        frames: RGB, shape ``(count, h, w, 3)``, ``uint8``.
        height: Height of the strip in pixels.

    Returns:
        RGB, shape ``(height, width, 3)``, ``uint8``.
    """
    width = max(round(frames.shape[2] * height / frames.shape[1]), 1)
    small = [cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA) for frame in frames]
    return np.concatenate(small, axis=1)


def read_video(path: Path, count: int) -> np.ndarray | None:
    """Frames spread evenly over a video.

    Args:
        path: The video file.
        count: How many, at least 1.

    Returns:
        RGB frames, shape ``(count, height, width, 3)``, ``uint8``; None where the clip cannot be decoded.
    """
    # A run of skeletons need not have it.
    import decord
    from decord._ffi.base import DECORDError

    try:
        with silent_decoders():
            reader = decord.VideoReader(str(path), num_threads=1)
            frames: np.ndarray = reader.get_batch(spread(len(reader), count).tolist()).asnumpy()
    # decord tells of a damaged file in any of these.
    except (DECORDError, RuntimeError, IndexError):
        return None
    return frames


def read_images(info: Mapping[str, Any], count: int) -> np.ndarray | None:
    """Frames spread evenly over a folder of pictures.

    Args:
        info: A sample of MMAction2's ``RawframeDataset``, as :func:`d2sp_mm.visualization.clip_files.frame_files` takes it.
        count: How many, at least 1.

    Returns:
        As :func:`read_video`, optical flow with x in red and y in green; None where a picture is missing or they differ in
        size.
    """
    numbers = frame_numbers(info)
    pictures = [_read_picture(files) for files in frame_files(info, [numbers[i] for i in spread(len(numbers), count)])]
    found = [picture for picture in pictures if picture is not None]
    if len(found) < len(pictures) or any(picture.shape != found[0].shape for picture in found):
        return None
    return np.stack(found)


def _read_picture(files: list[str]) -> np.ndarray | None:
    """A frame, RGB; of the two directions of optical flow if there are two files."""
    if len(files) == 1:
        picture = cv2.imread(files[0])
        return None if picture is None else picture[..., ::-1]
    flows = [cv2.imread(file, cv2.IMREAD_GRAYSCALE) for file in files]
    if any(flow is None or flow.shape != flows[0].shape for flow in flows):
        return None
    return np.stack([*flows, np.full_like(flows[0], 128)], axis=-1)


def draw_keypoints(keypoint: np.ndarray, count: int) -> np.ndarray | None:
    """Frames spread evenly over a skeleton, its joints as dots.

    Args:
        keypoint: Shape (persons, frames, joints, 2 or more), of which the first two are x and y; a joint at (0, 0), or with
            a value that is not finite, was not found.
        count: How many, at least 1.

    Returns:
        As :func:`read_video`, dots on grey; None where no joint was found.
    """
    places = keypoint[:, spread(keypoint.shape[1], count), :, :2]
    found = np.isfinite(places).all(axis=-1) & (places != 0).any(axis=-1)
    if not found.any():
        return None
    low, high = places[found].min(axis=0), places[found].max(axis=0)
    # One scale for both axes, so that a face keeps its shape.
    scale = 0.9 * _SIDE / max(float((high - low).max()), 1e-9)
    pixels = (np.where(found[..., None], places, 0) - (low + high) / 2) * scale + _SIDE / 2
    frames = np.full((count, _SIDE, _SIDE, 3), 235, dtype=np.uint8)
    colours = ((30, 30, 30), (31, 90, 160), (180, 60, 30))
    for person, frame, joint in zip(*np.nonzero(found)):
        x, y = pixels[person, frame, joint].round().astype(int).tolist()
        cv2.circle(frames[frame], (x, y), _DOT, colours[person % len(colours)], -1, cv2.LINE_AA)
    return frames
