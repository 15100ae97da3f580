"""What a dataset has read of each of its samples."""

from __future__ import annotations

import copy
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mmengine.dataset import BaseDataset

#: Not copied with a dataset: what it has read, and what turns samples into batches.
_HEAVY = ("data_list", "data_bytes", "data_address", "pipeline")


@dataclass(frozen=True, eq=False)
class Entries:
    """The samples of a base dataset, n of them, in its order.

    Args:
        paths: What each opens, with the data prefix; None where it does not say.
        spans: What tells parts of one clip apart, as in :class:`d2sp_mm.annotations.Annotations`.
        labels: Labels as training gets them, whatever they are.
        contents: A fingerprint of what else there is, of those without a path.
    """

    paths: list[str | None] = field(default_factory=list)
    spans: list[tuple[Any, ...]] = field(default_factory=list)
    labels: list[Any] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.labels)

    def identity(self, sample: int) -> tuple[Any, ...]:
        """What tells a sample from others, but for its label."""
        return self.paths[sample], self.spans[sample], self.contents[sample]


def entries_of(dataset: BaseDataset) -> Entries:
    """Read what a base dataset has read.

    Args:
        dataset: A dataset of MMAction2 or of the user's own, fully initialised.

    Source:
        ``get_data_info`` of MMEngine 0.10.7 and MMAction2 1.2.0.
    """
    found, info_of = Entries(), _reader(dataset)
    for index in range(len(dataset)):
        info = info_of(index)
        path = info.get("filename") or info.get("frame_dir") or info.get("audio_path")
        span = (info["offset"],) if "offset" in info else ()
        span += (info["total_frames"],) if "total_frames" in info else ()
        rest = b"" if path else _fingerprint(info)
        found.paths.append(None if path is None else str(path))
        found.spans.append(span)
        found.labels.append(info.get("label"))
        found.contents.append(rest)
    return found


def reread(dataset: BaseDataset, ann_file: str, whole: bool = False) -> Entries:
    """What a dataset with the same settings reads from another file of the same form.

    Args:
        dataset: The dataset; not changed.
        ann_file: The file.
        whole: Whether all of it is read, where the dataset takes a subset (``indices``).

    Raises:
        Exception: Whatever its reading raises.
    """
    other = copy.copy(dataset)
    for name, value in vars(dataset).items():
        if name in _HEAVY:
            continue
        # A handle that cannot be copied is shared: reading a list changes none.
        try:
            setattr(other, name, copy.deepcopy(value))
        except Exception:
            setattr(other, name, value)
    other.ann_file, other.data_list, other._fully_initialized = ann_file, [], False
    other._indices = None if whole else dataset._indices
    other.full_init()
    return entries_of(other)


def _reader(dataset: BaseDataset) -> Callable[[int], dict[str, Any]]:
    """How to ask for a sample: as training does, but without what MMAction2's own method loads from other files."""
    own = type(dataset).get_data_info
    if own.__module__.partition(".")[0] in ("mmaction", "mmengine"):
        return lambda index: BaseDataset.get_data_info(dataset, index)
    return lambda index: dataset.get_data_info(index)


def _fingerprint(info: dict[str, Any]) -> bytes:
    return pickle.dumps({name: value for name, value in info.items() if name not in ("label", "sample_idx")})


def same_file(path: str) -> str:
    """One spelling of a path, for comparison: two slashes and ``./`` are left out, a relative path is made absolute."""
    return path if "://" in path else os.path.abspath(path)
