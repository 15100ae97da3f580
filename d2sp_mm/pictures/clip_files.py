"""The files of a sample, looked up as MMAction2's pipelines do.

What decodes, what checks, what draws and what exports must look in the same places.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
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
