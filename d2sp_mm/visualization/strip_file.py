"""One strip of one clip, in a process that does nothing else.

Decoders and OpenCV keep threads and locks of their own: a process that was forked from one that has used them may wait for
ever. So clips are read in processes that start afresh, which import this module and no more.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from d2sp_mm.visualization.clip_files import video_file
from d2sp_mm.visualization.frames import frames_of, strip_of

_QUALITY = 80
_NEEDED = ("keypoint", "filename", "frame_dir", "total_frames", "filename_tmpl", "offset", "start_index", "modality")


def needed_of(info: Mapping[str, Any]) -> dict[str, Any]:
    """Of what a data set says of a sample, what its frames are found by."""
    return {name: info[name] for name in _NEEDED if name in info}


def can_be_read(info: Mapping[str, Any]) -> bool:
    """Whether there is anything to read: a skeleton, or a file or folder that exists."""
    place = video_file(str(info.get("filename") or "")) or str(info.get("frame_dir") or "")
    return info.get("keypoint") is not None or (bool(place) and os.path.exists(place))


def read_strip(info: Mapping[str, Any], frames: int, height: int) -> np.ndarray | None:
    """The strip of a clip, RGB of shape ``(height, width, 3)``; None where nothing can read it.

    Args:
        info: As :func:`d2sp_mm.visualization.frames.frames_of` takes it.
        frames: Frames of the strip.
        height: Its height in pixels.
    """
    # One clip must cost no other, whatever it is that its decoder raises.
    try:
        found = frames_of(info, frames)
    except Exception:
        return None
    return None if found is None else strip_of(found, height)


def write_strip(info: Mapping[str, Any], path: Path, frames: int, height: int) -> bool:
    """Write the strip of a clip as JPEG, whole or not at all.

    Args:
        info: As for :func:`read_strip`.
        path: The file, in a folder that is there.
        frames: Frames of the strip.
        height: Its height in pixels.

    Returns:
        Whether it could be read and written.
    """
    cv2.setNumThreads(1)
    strip = read_strip(info, frames, height)
    if strip is None:
        return False
    beside = path.with_suffix(".part.jpg")
    written = bool(cv2.imwrite(str(beside), np.ascontiguousarray(strip[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]))
    if written:
        os.replace(beside, path)
    return written


def read_strips_elsewhere(
    infos: Sequence[Mapping[str, Any]], frames: int, height: int, seconds: float
) -> list[np.ndarray | None]:
    """Read several strips in a process of their own.

    Args:
        infos: As for :func:`read_strip`.
        frames: Frames of each strip.
        height: Its height in pixels.
        seconds: How long that may take.

    Returns:
        The strips in the same order.

    Raises:
        subprocess.SubprocessError: It took longer, or the process died.
    """
    task = pickle.dumps(([needed_of(info) for info in infos], frames, height))
    root = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}
    command = [sys.executable, "-m", "d2sp_mm.visualization.strip_file"]
    done = subprocess.run(command, input=task, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds,
                          env=environment, check=True)  # fmt: skip
    strips: list[np.ndarray | None] = pickle.loads(done.stdout)
    return strips


if __name__ == "__main__":
    # What decoders print must not get between.
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    cv2.setNumThreads(1)
    wanted, number, size = pickle.loads(sys.stdin.buffer.read())
    answer.write(pickle.dumps([read_strip(one, number, size) for one in wanted]))
    answer.close()
