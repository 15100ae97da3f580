"""What is true of every sample of a noisy training set; for judging, never for training."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.io.csv_rows import check_unique_keys, read_csv_rows, whole_number, write_csv_rows

HEADER = ("key", "true_label", "noise")
NOISES = ("clean", "low_quality", "mislabel")


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth of ``n`` samples.

    Args:
        keys: What names the sample in its annotation file: the path or ``frame_dir``.
        true_labels: The right class, shape ``(n,)``, ``int64``.
        noise: One of ``NOISES`` a sample, shape ``(n,)``, strings.
    """

    keys: list[str]
    true_labels: np.ndarray
    noise: np.ndarray

    def __len__(self) -> int:
        return len(self.keys)


def read_truth(path: str | os.PathLike[str]) -> Truth:
    """Read a truth file.

    Args:
        path: CSV with the header ``key,true_label,noise``.

    Returns:
        Its rows, in the order of the file.

    Raises:
        DataError: The file cannot be read, has no rows, a key twice, an unknown noise or a label that is no class.
    """
    name = os.fspath(path)
    rows = read_csv_rows(path, HEADER)
    if not rows:
        raise DataError(f"{name}: holds no samples; expected one row a sample below the header.")
    for number, (_, label, noise) in rows:
        if whole_number(label) is None:
            raise DataError(f"{name}, line {number}: the true_label {label!r} is no whole number of 0 or more.")
        if noise not in NOISES:
            raise DataError(f"{name}, line {number}: the noise {noise!r} is unknown; expected {', '.join(NOISES)}.")
    keys = [row[0] for _, row in rows]
    check_unique_keys(keys, name)
    return Truth(keys, np.array([int(row[1]) for _, row in rows], dtype=np.int64), np.array([r[2] for _, r in rows]))


def write_truth(
    path: str | os.PathLike[str], keys: Sequence[str], true_labels: Sequence[int] | np.ndarray, noise: Sequence[str]
) -> None:
    """Write a truth file.

    Args:
        path: The CSV file to write; it appears whole or not at all.
        keys: Unique names of the samples.
        true_labels: The right classes, as many.
        noise: One of ``NOISES`` a sample.

    Raises:
        DataError: The three differ in length, or hold a key twice, a negative label or an unknown noise.
    """
    name = os.fspath(path)
    if not len(keys) == len(true_labels) == len(noise):
        raise DataError(f"{name}: {len(keys)} keys, {len(true_labels)} labels and {len(noise)} noises; expected equal.")
    check_unique_keys(keys, name)
    for key, label, kind in zip(keys, true_labels, noise):
        if int(label) != label or label < 0:
            raise DataError(f"{name}: the true_label {label!r} of {key!r} is no whole number of 0 or more.")
        if kind not in NOISES:
            raise DataError(f"{name}: the noise {kind!r} of {key!r} is unknown; expected {', '.join(NOISES)}.")
    write_csv_rows(path, HEADER, ((key, int(label), kind) for key, label, kind in zip(keys, true_labels, noise)))
