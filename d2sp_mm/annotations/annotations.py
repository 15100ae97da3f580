"""The annotations of one training set, as they stand in one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Union

import numpy as np

if TYPE_CHECKING:
    from d2sp_mm.annotations.pose_pickle import PosePickle
    from d2sp_mm.annotations.text_lines import TextLines

KINDS = ("video", "rawframe", "audio", "pose")


@dataclass(frozen=True, eq=False)
class Annotations:
    """Keys and labels of a training set, with all that is needed to write its file again.

    Sample ``i`` is the ``i``-th entry of MMAction2's own dataset over the same file.

    Args:
        kind: One of ``KINDS``.
        paths: The path (or ``frame_dir``) of every sample as it stands in the file.
        keys: The paths made unique, see :func:`d2sp_mm.annotations.unique_keys.unique_keys`.
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
