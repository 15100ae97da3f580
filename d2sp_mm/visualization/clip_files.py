"""The files of a sample, looked up as MMAction2's pipelines do, and opened without what decoders print."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_TEMPLATE = "img_{:05}.jpg"


def video_file(name: str) -> str:
    """The file that a video's name stands for: lists may leave ``.mp4`` away.

    Args:
        name: A path as a dataset has it, with its data prefix.

    Source:
        ``DecordInit`` of MMAction2 1.2.0, which puts ``.mp4`` behind a name without a suffix. Its other readers do not, so
        the name itself stands where no such file is there.
    """
    longer = f"{name}.mp4"
    return longer if name and not os.path.splitext(name)[1] and os.path.exists(longer) else name


def frame_numbers(info: Mapping[str, Any]) -> range:
    """The numbers that a folder's frames have in their names.

    Args:
        info: A sample of MMAction2's ``RawframeDataset``: ``total_frames``, and ``offset`` and ``start_index`` if it has
            any.
    """
    first = int(info.get("offset") or 0) + int(info.get("start_index", 1))
    return range(first, first + int(info["total_frames"]))


def frame_files(info: Mapping[str, Any], numbers: Sequence[int]) -> list[list[str]]:
    """The files of some frames of a folder: one a frame, or two of optical flow, x and y.

    Args:
        info: A sample of MMAction2's ``RawframeDataset``: ``frame_dir``, ``filename_tmpl``, ``modality``.
        numbers: Which frames, as :func:`frame_numbers` counts.

    Source:
        ``RawFrameDecode`` of MMAction2 1.2.0.
    """
    folder, template = str(info["frame_dir"]), str(info.get("filename_tmpl", _TEMPLATE))
    directions = [("x",), ("y",)] if info.get("modality") == "Flow" else [()]
    return [[os.path.join(folder, template.format(*way, number)) for way in directions] for number in numbers]


@contextlib.contextmanager
def silent_decoders() -> Iterator[None]:
    """Drop what FFmpeg, decord and OpenCV write to the error stream of the process; what Python writes is let through.

    Those libraries write to the descriptor, not to ``sys.stderr``, up to hundreds of lines a file.
    """
    try:
        sys.stderr.flush()
        kept = os.dup(2)
    # A process without an error stream has nothing to keep clean.
    except (AttributeError, OSError, ValueError):
        yield
        return
    before = sys.stderr
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        if _is_the_descriptor(before):
            sys.stderr = io.TextIOWrapper(io.FileIO(kept, "w", closefd=False), errors="backslashreplace", write_through=True)
        yield
    finally:
        sys.stderr = before
        os.dup2(kept, 2)
        os.close(kept)


def _is_the_descriptor(stream: object) -> bool:
    """Whether a stream writes to descriptor 2; a test or a notebook may have put another one there."""
    try:
        return bool(stream.fileno() == 2)  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return False
