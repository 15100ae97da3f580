"""The files of a noisy split: its annotation, its truth, and what an oracle would train on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from d2sp_mm.annotations import Annotations, read_annotations, write_annotations
from d2sp_mm.annotations.text_lines import TextLines
from d2sp_mm.annotations.truth import Truth, read_truth
from d2sp_mm.experiments.benchmark.clean_set import CleanSet
from d2sp_mm.experiments.benchmark.suite import Noise
from d2sp_mm.experiments.noise.confusion import choose_confusion
from d2sp_mm.experiments.noise.inject import inject_noise
from d2sp_mm.experiments.noise.instance_dependent import INSTANCE_DEPENDENT, clip_features, instance_dependent_chances
from d2sp_mm.io.whole_files import atomic_write

_RECORD = "planted.json"


@dataclass(frozen=True)
class NoisySet:
    """What a method gets to train on.

    Args:
        ann_file: The noisy annotation.
        kind: Its kind, one of :data:`d2sp_mm.annotations.KINDS`.
        data_prefix: ``data_prefix`` of the training set; None: that of the config.
        split: The split of a pose file.
        truth: The truth file.
        num_classes: Classes of the set.
        test: See :class:`CleanSet`.
    """

    ann_file: Path
    kind: str
    data_prefix: dict[str, str] | None
    split: str | None
    truth: Path
    num_classes: int
    test: dict[str, Any]

    @property
    def record(self) -> Path:
        """What it was made from and with; its content tells it from another of the same name."""
        return self.truth.with_name(_RECORD)

    def annotations(self) -> Annotations:
        """The noisy annotation, read."""
        return read_annotations(self.ann_file, self.kind, split=self.split)

    def true(self) -> Truth:
        """The truth, in the order of :meth:`annotations`."""
        truth = read_truth(self.truth)
        row = {key: i for i, key in enumerate(truth.keys)}
        order = [row[key] for key in self.annotations().keys]
        return Truth([truth.keys[i] for i in order], truth.true_labels[order], truth.noise[order])

    def readable(self, plain: Path, keys: Sequence[str]) -> np.ndarray:
        """Which samples the plain run could decode, shape (n,), by its saved ledger."""
        with np.load(plain / "purification" / "ledger.npz", allow_pickle=False) as ledger:
            failed = dict(zip(keys, ledger["undecodable"] > 0))
        return np.array([not failed[key] for key in self.annotations().keys])

    def write(self, path: Path, keep: np.ndarray, labels: np.ndarray | None = None) -> Path:
        """Write the annotation with these samples and labels; an entry's first label is not kept beside it."""
        annotations = self.annotations()
        if labels is not None and not isinstance(annotations.content, TextLines):
            content = annotations.content.render(keep, labels, record_given_label=False)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        else:
            write_annotations(annotations, path, keep, labels)
        return path

    def write_oracle(self, path: Path) -> Path:
        """Write what an oracle trains on: true labels, and nothing that was corrupted."""
        truth = self.true()
        return self.write(path, truth.noise != "low_quality", truth.true_labels)


def plant(clean: CleanSet, noise: Noise, folder: Path, seed: int, num_classes: int) -> NoisySet:
    """Plant a noise into a clean set; what was planted whole before, just so, is taken as it is.

    Args:
        clean: The clean set.
        noise: What to plant.
        folder: Where to; emptied if planting was interrupted.
        seed: Seed of the noise.
        num_classes: Classes of the head.
    """
    record = json.dumps({"clean": clean.digest, "noise": repr(noise), "seed": seed, "classes": num_classes}) + "\n"
    if not (folder / _RECORD).is_file() or (folder / _RECORD).read_text() != record:
        # The record is written last, so that a folder without it is incomplete.
        shutil.rmtree(folder, ignore_errors=True)
        chances, confusion = None, noise.confusion
        if confusion == INSTANCE_DEPENDENT:
            features = clip_features(clean.annotations, clean.data_root)
            chances, confusion = instance_dependent_chances(features, clean.annotations.labels, num_classes), "symmetric"
        inject_noise(
            clean.annotations,
            folder,
            clean.file_name,
            choose_confusion(confusion, num_classes),
            noise.mislabel_rate,
            noise.low_quality_rate,
            seed,
            data_root=clean.data_root,
            kinds=noise.corrupt or None,
            chances=chances,
        )
        atomic_write(folder / _RECORD, record.encode())
    corrupted = folder / "data"
    root = corrupted if corrupted.is_dir() else clean.data_root
    prefix = {"video": "video", "rawframe": "img", "audio": "audio"}.get(clean.annotations.kind)
    return NoisySet(
        ann_file=folder / clean.file_name,
        kind=clean.annotations.kind,
        data_prefix=None if root is None or prefix is None else {prefix: str(root)},
        split=clean.split,
        truth=folder / "truth.csv",
        num_classes=num_classes,
        test=clean.test,
    )
