"""The annotation files behind a training set, and writing each as it is purified."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from d2sp_mm.annotations import Annotations, read_annotations, write_annotations
from d2sp_mm.annotations.atomic_write import atomic_write
from d2sp_mm.datasets.build_dataset import annotation_kind
from d2sp_mm.datasets.indexed_dataset import IndexedDataset
from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Ledger


@dataclass(frozen=True)
class AnnotationPart:
    """One annotation file of a training set, and how it is read.

    Args:
        ann_file: The file, an absolute path.
        kind: Its format, one of :data:`d2sp_mm.annotations.annotations.KINDS`; None: guessed.
        delimiter: Between path and label of a video list.
        with_offset: Whether a line of a list of frames has the index of its first frame.
        split: The split of a pose file.
        samples: How many samples of the training set it has.
    """

    ann_file: str
    kind: str | None
    delimiter: str
    with_offset: bool
    split: str | None
    samples: int

    @property
    def purified_name(self) -> str:
        """Name of the purified file."""
        source = Path(self.ann_file)
        return f"{source.stem}_purified{source.suffix}"

    def as_json(self) -> dict[str, Any]:
        """Its fields, as ``settings.json`` has them."""
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(found: Mapping[str, Any]) -> AnnotationPart:
        """Take back what :meth:`as_json` gave.

        Raises:
            DataError: Fields are missing or unknown.
        """
        try:
            return AnnotationPart(**found)
        except TypeError as error:
            raise DataError(f"an annotation part is not of this form: {error}") from error


def parts_of(dataset: IndexedDataset) -> list[AnnotationPart]:
    """The annotation files of a training set, in the order of its samples."""
    return [
        AnnotationPart(
            ann_file=os.path.abspath(part.ann_file),
            kind=annotation_kind(type(part)),
            delimiter=getattr(part, "delimiter", " "),
            with_offset=getattr(part, "with_offset", False),
            split=getattr(part, "split", None),
            samples=len(part),
        )
        for part in dataset.map.parts
    ]


def purified_paths(folder: Path, parts: Sequence[AnnotationPart]) -> list[Path]:
    """Where the purified annotation of each part lies."""
    several = len(parts) > 1
    return [folder / (f"{number}_" * several + part.purified_name) for number, part in enumerate(parts)]


def find_rows(ledger: Ledger, parts: Sequence[AnnotationPart], number: int) -> tuple[Annotations, range, list[int]]:
    """Read a part's annotation, and find each of its samples in it.

    Args:
        ledger: The ledger of the whole training set.
        parts: All parts.
        number: Which of them.

    Returns:
        The annotation, the numbers of the part's samples, and the row of each.

    Raises:
        DataError: The file is not there any more, has changed, or does not name its samples as the dataset does.
    """
    part = parts[number]
    annotations = read_annotations(part.ann_file, part.kind, part.delimiter, part.with_offset, part.split)
    # The dataset may have left entries out (filters, indices), so rows are found by key, never by number.
    row_of = {key: row for row, key in enumerate(annotations.keys)}
    first = sum(before.samples for before in parts[:number])
    samples, rows = range(first, first + part.samples), []
    for key in ledger.keys[first : first + part.samples]:
        # Two parts that name a clip alike are told apart by a number before it.
        row = row_of.get(key, row_of.get(key.removeprefix(f"{number}:")))
        if row is None:
            raise DataError(
                f"sample {key!r} of the dataset does not stand in {part.ann_file} under that path; write paths there "
                "that are relative to data_prefix."
            )
        rows.append(row)
    return annotations, samples, rows


def write_purified(path: Path, ledger: Ledger, parts: Sequence[AnnotationPart], number: int) -> None:
    """Write one part without what was pruned and with the labels that hold; the given bytes where nothing was decided.

    Args:
        path: The file to write.
        ledger: The ledger of the whole training set.
        parts: All parts.
        number: Which of them.

    Raises:
        DataError: As :func:`find_rows`.
        WriteError: It cannot be written.
    """
    part = parts[number]
    annotations, samples, rows = find_rows(ledger, parts, number)
    own = slice(samples.start, samples.stop)
    keep, labels = np.zeros(len(annotations), dtype=bool), annotations.labels.copy()
    keep[rows], labels[rows] = ledger.keep[own], ledger.corrected_labels[own]
    if ledger.keep[own].all() and np.array_equal(labels, annotations.labels):
        # A pose file that is read and written again would not have the same bytes.
        atomic_write(path, Path(part.ann_file).read_bytes())
    else:
        write_annotations(annotations, path, keep, labels)
