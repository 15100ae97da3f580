"""The annotations of one training set, as they stand in one file, and their keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Union

import numpy as np

if TYPE_CHECKING:
    from d2sp_mm.annotations.pose_pickle import PosePickle
    from d2sp_mm.annotations.text_lines import TextLines
from collections.abc import Sequence

KINDS = ("video", "rawframe", "audio", "pose")


@dataclass(frozen=True, eq=False)
class Annotations:
    """Keys and labels of a training set, with all that is needed to write its file again.

    Sample ``i`` is the ``i``-th entry of MMAction2's own dataset over the same file.

    Args:
        kind: One of ``KINDS``.
        paths: The path (or ``frame_dir``) of every sample as it stands in the file.
        keys: The paths made unique, see :func:`d2sp_mm.annotations.annotations.unique_keys`.
        spans: For every sample what tells it from another part of the same clip: ``(total_frames,)``,
            ``(offset, total_frames)``, or nothing.
        labels: Given labels as they stand in the file, shape ``(n,)``, ``int64``, read only.
        content: The parsed file, from which :func:`write_annotations` renders the new one.
    """

    kind: str
    paths: list[str]
    keys: list[str]
    spans: list[tuple[int, ...]]
    labels: np.ndarray
    content: Union[TextLines, PosePickle] = field(repr=False)  # noqa: UP007

    def __post_init__(self) -> None:
        self.labels.setflags(write=False)

    def __len__(self) -> int:
        return len(self.keys)


def unique_keys(paths: Sequence[str]) -> list[str]:
    """Append ``#2``, ``#3``, ... to the second, third, ... occurrence of a path.

    A number is skipped where the name it would give is itself a path of the file, so keys are always unique. The
    number counts occurrences in this one file: in a file with fewer lines the same clip may carry another number.

    Args:
        paths: The paths in the order of the file.

    Returns:
        One key a path, in the same order, all different.

    Source:
        Our own. Clips cut from one long video share its path (``with_offset`` lists of MMAction2).
    """
    reserved = set(paths)
    last_number: dict[str, int] = {}
    keys = []
    for path in paths:
        if path not in last_number:
            last_number[path] = 1
            keys.append(path)
            continue
        number = last_number[path] + 1
        while f"{path}#{number}" in reserved:
            number += 1
        last_number[path] = number
        keys.append(f"{path}#{number}")
        reserved.add(keys[-1])
    return keys
