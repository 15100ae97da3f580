"""Fetching or drawing the clean set that noise is planted into."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from d2sp_mm.annotations import Annotations, read_annotations
from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.benchmark.suite import DataSet
from d2sp_mm.experiments.toy.dataset import make_toy_dfer
from d2sp_mm.experiments.toy.keypoint_video import make_keypoint_videos
from d2sp_mm.io.whole_files import atomic_write


@dataclass(frozen=True)
class CleanSet:
    """A training set whose labels are true.

    Args:
        annotations: The training annotation.
        file_name: Name of its file.
        data_root: Folder of the clips; None where the annotation holds them.
        split: The split of a pose file; None otherwise.
        test: Values of the config, below the dataset of ``test_dataloader``.
        made_of: What drew it, and from what.
    """

    annotations: Annotations
    file_name: str
    data_root: Path | None
    split: str | None = None
    test: dict[str, Any] = field(default_factory=dict)
    made_of: str = ""

    @property
    def digest(self) -> str:
        """Tells the set from another: by what it was made of, its keys and its labels."""
        text = f"{self.made_of}\n{self.data_root}\n{self.annotations.keys}\n{self.annotations.labels.tolist()}"
        return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()


def clean_set(data_set: DataSet, folder: Path, seed: int) -> CleanSet:
    """Make or find the clean set of a seed.

    ``toy``: arguments of :func:`make_toy_dfer`; drawn anew for every seed. ``annotation``: ``ann_file``, ``data_root``,
    ``kind``, ``split``; the test set is that of the config. ``keypoint_video``: ``ann_file``, ``image_size``; its split
    ``train`` is trained on, ``val`` tested.

    Args:
        data_set: What the suite says.
        folder: Where drawn sets are kept.
        seed: Seed of what is drawn.

    Raises:
        ConfigError: A file is not there.
    """
    settings = dict(data_set.settings)
    if data_set.source == "toy":
        root = make_toy_dfer(
            folder / f"seed{seed}", seed=seed, low_quality_rate=0.0, mislabel_rate=0.0, workers=1, **settings
        )
        return _videos(root, "train.txt", "test.txt", f"{settings} {seed}")
    ann_file = Path(settings.pop("ann_file", ""))
    if not ann_file.is_file():
        raise ConfigError(
            f"the suite's ann_file={str(ann_file)!r} is not there; link it to that path below the current folder (see "
            "docs/datasets.md), or name another in a suite of your own."
        )
    if data_set.source == "keypoint_video":
        content = hashlib.blake2b(ann_file.read_bytes(), digest_size=8).hexdigest()
        made_of = f"{settings} {content}\n"
        root, record = folder / "drawn", folder / "drawn.txt"
        if not record.is_file() or record.read_text() != made_of:
            shutil.rmtree(root, ignore_errors=True)
            make_keypoint_videos(ann_file, root, ["train", "val"], settings.get("image_size", 64), 17.0, _silently)
            atomic_write(record, made_of.encode())
        return _videos(root, "train.txt", "val.txt", made_of)
    data_root = settings.pop("data_root", None)
    annotations = read_annotations(ann_file, **settings)
    made_of = hashlib.blake2b(ann_file.read_bytes(), digest_size=8).hexdigest()
    clips = None if data_root is None else Path(data_root)
    return CleanSet(annotations, ann_file.name, clips, settings.get("split"), made_of=made_of)


def _videos(root: Path, train: str, test: str, made_of: str) -> CleanSet:
    videos = root / "videos"
    options = {"ann_file": str(root / test), "data_prefix": {"video": str(videos)}}
    return CleanSet(read_annotations(root / train, "video"), train, videos, test=options, made_of=made_of)


def _silently(samples: Iterable[int], total: int) -> Iterable[int]:
    return samples
