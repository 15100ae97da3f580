"""Keys and given labels of a training set, and the files that they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from d2sp_mm.annotations.annotations import unique_keys
from d2sp_mm.annotations.encoding import MARK_NOTE, begins_with_mark
from d2sp_mm.datasets.annotation_rows import check_reading, locate_part, try_purified
from d2sp_mm.datasets.entries import Entries, entries_of
from d2sp_mm.datasets.sample_map import SampleMap
from d2sp_mm.errors import D2SPError
from d2sp_mm.runs.annotation_part import AnnotationPart

_WAY_OUT = (
    "Write the training set as a list of MMAction2's own form that its dataset reads as it stands (no subset, no path "
    "or label made while reading), or set default_hooks.purification.write_annotation=False: the ledger alone is "
    "written then."
)


@dataclass(frozen=True, eq=False)
class TrainingList:
    """The samples of a training set, n of them, in order.

    Args:
        keys: Their keys: paths as they stand in the annotation, made unique; where two files of the set have the same one,
            the number of the file and a colon stand before it in both.
        labels: Their labels as training gets them.
        parts: The annotation files; none where they cannot be written as purified.
        problem: Why they cannot, with the way out; empty if they can.
        notes: What the user should know of how they are read.
    """

    keys: list[str]
    labels: list[Any]
    parts: list[AnnotationPart]
    problem: str = ""
    notes: tuple[str, ...] = ()


def read_training_list(samples: SampleMap, num_classes: int = 0, trial: Path | str | None = None) -> TrainingList:
    """Find every sample of a training set in its annotation file.

    Args:
        samples: The training set.
        num_classes: Classes of the model: a sample may be corrected to any of them.
        trial: A folder in which a purified list is written, read again and removed as a trial, or an empty string for that
            of the system; None: no trial.
    """
    keys_of: list[list[str]] = []
    labels: list[Any] = []
    parts: list[AnnotationPart] = []
    notes: list[str] = []
    problem = ""
    for dataset in samples.parts:
        entries = entries_of(dataset)
        labels += entries.labels
        try:
            part, keys = locate_part(dataset, entries)
            if trial is not None and not problem:
                try_purified(dataset, entries, part, keys, Path(trial) if trial else None)
                for number in range(num_classes):
                    part.file_label(number)
            notes += part.notes
            notes += [f"{part.ann_file}: {MARK_NOTE}."] if begins_with_mark(part.ann_file) else []
            parts.append(part)
        except D2SPError as error:
            problem = problem or f"the purified annotation cannot be written. {error} {_WAY_OUT}"
            keys = _own_keys(entries, dataset.data_prefix)
        keys_of.append(keys)
    times = Counter(key for keys in keys_of for key in keys)
    keys = [key if times[key] == 1 else f"{number}:{key}" for number, own in enumerate(keys_of) for key in own]
    return TrainingList(keys, labels, [] if problem else parts, problem, tuple(notes))


def _own_keys(entries: Entries, data_prefix: dict[str, str] | None) -> list[str]:
    """Keys of samples whose file cannot be read: their paths without the prefix."""
    prefixes = [str(prefix).rstrip("/") + "/" for prefix in (data_prefix or {}).values() if prefix]
    paths = []
    for index, path in enumerate(entries.paths):
        path = str(index) if path is None else path
        paths.append(next((path[len(prefix) :] for prefix in prefixes if path.startswith(prefix)), path))
    return unique_keys(paths)


def check_purified_lists(
    samples: SampleMap, paths: Sequence[Path], keep: npt.NDArray[np.bool_], labels: npt.NDArray[np.int64]
) -> None:
    """Refuse purified lists from which the training set's own datasets would not read what the ledger says.

    Args:
        samples: The training set, n samples.
        paths: The purified list of each part; one of which nothing is left has none.
        keep: Which samples were kept, shape (n,).
        labels: Their labels as purified, shape (n,).

    Raises:
        DataError: With the first sample that differs.
    """
    for dataset, first, path in zip(samples.parts, samples.offsets, paths):
        own = slice(first, first + len(dataset))
        if not keep[own].any():
            continue
        check_reading(dataset, path, entries_of(dataset), keep[own], labels[own])
