"""One annotation file of a training set, with what is needed to write it again as purified."""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from d2sp_mm.annotations.annotations import Annotations
from d2sp_mm.annotations.reading import read_annotations
from d2sp_mm.annotations.writing import render_annotations
from d2sp_mm.errors import DataError, quoted

#: Labels and classes that a note names.
_SHOWN = 8
#: The entry of MMAction2's ``data_prefix`` that each kind joins to its paths.
PREFIX_NAMES = {"video": "video", "rawframe": "img", "audio": "audio", "pose": "video"}


@dataclass(frozen=True)
class AnnotationPart:
    """One annotation file of a training set, and how it is read.

    A dataset may give classes another numbering than the file: ``classes`` has both, so that a corrected class is written
    under the file's own number. Where several labels of the file are read as one class, a correction to that class takes
    the one that most samples have.

    Args:
        ann_file: The file, an absolute path.
        kind: Its format, one of :data:`d2sp_mm.annotations.annotations.KINDS`; None: guessed.
        delimiter: Between path and label of a video list.
        with_offset: Whether a line of a list of frames has the index of its first frame.
        split: The split of a pose file.
        samples: How many samples of the training set it has.
        data_prefix: The folder (or address) that stands before its paths, absolute; empty: none.
        classes: Triples (label in the file, class that the dataset makes of it, samples), ascending; empty: both are the
            same.
    """

    ann_file: str
    kind: str | None
    delimiter: str
    with_offset: bool
    split: str | None
    samples: int
    data_prefix: str = ""
    classes: tuple[tuple[int, int, int], ...] = ()

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
            classes = tuple((int(label), int(own), int(n)) for label, own, n in found.get("classes", ()))
            return AnnotationPart(**{**found, "classes": classes})
        except (TypeError, ValueError, AttributeError) as error:
            raise DataError(f"an annotation part is not of this form: {error}") from error

    @property
    def notes(self) -> list[str]:
        """What a user should know of how the file is read."""
        if not self.classes:
            return []
        read_as = ", ".join(f"{label} as {own}" for label, own, _ in self.classes[:_SHOWN])
        more = ", ..." if len(self.classes) > _SHOWN else ""
        found = [f"{self.ann_file}: the dataset reads label {read_as}{more}; the purified list keeps the file's numbering."]
        for own in sorted({own for _, own, _ in self.classes}):
            labels = [label for label, other, _ in self.classes if other == own]
            if len(labels) > 1:
                found.append(
                    f"{self.ann_file}: labels {', '.join(map(str, labels[:_SHOWN]))} are one class, {own}; a clip that is "
                    f"corrected to it is written with label {self.file_label(own)}."
                )
        return found[: _SHOWN + 1]

    def read(self) -> Annotations:
        """Read the file.

        Raises:
            DataError: It is not there any more, or cannot be read.
        """
        return read_annotations(self.ann_file, self.kind, self.delimiter, self.with_offset, self.split)

    def file_label(self, number: int) -> int:
        """The label by which the file means a class of the dataset.

        Args:
            number: The class.

        Raises:
            DataError: The dataset reads no label of the file as this class.
        """
        if not self.classes:
            return number
        votes = Counter({label: n for label, own, n in self.classes if own == number})
        if votes:
            return votes.most_common(1)[0][0]
        shifts = {label - own for label, own, _ in self.classes}
        if len(shifts) == 1 and number + min(shifts) >= 0:
            return number + shifts.pop()
        raise DataError(
            f"{self.ann_file}: the dataset reads no label of it as class {number}, so no sample of it can be given "
            "that class; keep or prune the sample."
        )


def purified_paths(folder: Path, parts: Sequence[AnnotationPart]) -> list[Path]:
    """Where the purified annotation of each part lies."""
    several = len(parts) > 1
    return [folder / (f"{number}_" * several + part.purified_name) for number, part in enumerate(parts)]


def find_rows(
    keys: Sequence[str], parts: Sequence[AnnotationPart], number: int
) -> tuple[Annotations, slice, npt.NDArray[np.int64]]:
    """Read a part's annotation, and find each of its samples in it by its key.

    Args:
        keys: Keys of the whole training set.
        parts: All parts.
        number: Which of them.

    Returns:
        The annotation, which samples of the training set are its own, and the row of each.

    Raises:
        DataError: The file is not there any more, or has changed.
    """
    part = parts[number]
    annotations = part.read()
    row_of = {key: row for row, key in enumerate(annotations.keys)}
    first = sum(before.samples for before in parts[:number])
    own, rows = slice(first, first + part.samples), []
    for key in keys[own]:
        # Two parts that name a clip alike are told apart by a number before it.
        row = row_of.get(key, row_of.get(key.removeprefix(f"{number}:")))
        if row is None:
            raise DataError(f"{part.ann_file}: has no sample {quoted(key)} any more; put back the file that was trained on.")
        rows.append(row)
    return annotations, own, np.array(rows, dtype=np.int64)


def purified_bytes(
    parts: Sequence[AnnotationPart],
    number: int,
    keys: Sequence[str],
    keep: npt.NDArray[np.bool_],
    labels: npt.NDArray[np.int64],
    corrected_labels: npt.NDArray[np.int64],
) -> bytes:
    """Render one part without what was pruned and with the labels that hold; the given bytes where nothing was decided.

    A sample whose label was not corrected keeps what the file says. Entries that the dataset leaves out (filters, subsets)
    are left out here as well as soon as anything was decided, because training never saw them.

    Args:
        parts: All parts.
        number: Which of them.
        keys: Keys of the n samples of the whole training set.
        keep: Which of them are kept, shape (n,).
        labels: Their classes as given, shape (n,).
        corrected_labels: Their classes as purified, shape (n,).

    Raises:
        DataError: As :func:`find_rows` and :meth:`AnnotationPart.file_label`, or nothing is left.
    """
    part = parts[number]
    annotations, own, rows = find_rows(keys, parts, number)
    given, now = labels[own], corrected_labels[own]
    read_as = {label: own_class for label, own_class, _ in part.classes}
    listed = annotations.labels[rows]
    listed = np.array([read_as.get(label, -1) for label in listed.tolist()]) if read_as else listed
    if not np.array_equal(listed, given):
        first = int(np.flatnonzero(listed != given)[0])
        raise DataError(
            f"{part.ann_file}: {quoted(keys[own][first])} has another label there now than the {given[first]} that "
            "the run was given; put back the file that was trained on."
        )
    if keep[own].all() and np.array_equal(given, now):
        # A pose file that is read and written again would not have the same bytes.
        return Path(part.ann_file).read_bytes()
    file_keep, file_labels = np.zeros(len(annotations), dtype=bool), annotations.labels.copy()
    file_keep[rows] = keep[own]
    moved = np.flatnonzero(keep[own] & (given != now))
    file_label = {number: part.file_label(number) for number in set(now[moved].tolist())}
    file_labels[rows[moved]] = [file_label[number] for number in now[moved].tolist()]
    return render_annotations(annotations, file_keep, file_labels)


def data_folder(prefix: str) -> str:
    """A data prefix as it is kept: absolute, so that it means the same from wherever it is read again."""
    return prefix if not prefix or "://" in prefix else os.path.abspath(prefix)
