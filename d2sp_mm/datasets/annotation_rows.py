"""Which row of its annotation file stands behind each sample of a dataset.

A dataset may filter, take a subset, count classes otherwise, or spell paths otherwise than its file. Rows are found by what
identifies a sample, never by its number alone, and what is found is tried: a purified file is written and read again.
"""

from __future__ import annotations

import os
import tempfile
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from mmengine.dataset import BaseDataset

from d2sp_mm.annotations import Annotations
from d2sp_mm.datasets.build_dataset import annotation_kind
from d2sp_mm.datasets.entries import Entries, reread, same_file
from d2sp_mm.errors import D2SPError, DataError, quoted, words_of
from d2sp_mm.io.whole_files import write_error
from d2sp_mm.runs.annotation_part import PREFIX_NAMES, AnnotationPart, data_folder, purified_bytes

#: Of the trial, every how manieth sample is pruned, and every how manieth relabelled.
_PRUNE_EVERY, _RELABEL_EVERY = 7, 5
TRIAL = ".trial-"


def locate_part(dataset: BaseDataset, entries: Entries) -> tuple[AnnotationPart, list[str]]:
    """Find the row of every sample of a base dataset in its annotation file.

    Args:
        dataset: A dataset of MMAction2, or of the user's own that reads one of MMAction2's formats.
        entries: What it has read.

    Returns:
        The file and how it is read, and the key of each sample's row.

    Raises:
        DataError: The file is not of MMAction2's formats, a sample stands in no row of its own, or one label of the file is
            read as several classes; with the first sample that does not fit.
    """
    file = os.path.abspath(str(dataset.ann_file))
    kind = annotation_kind(type(dataset))
    if kind is None:
        raise DataError(
            f"{file}: {type(dataset).__name__} is derived from no dataset of MMAction2, so the form of its file is "
            "not known."
        )
    if not len(entries):
        raise DataError(f"{file}: {type(dataset).__name__} reads no sample from it; check its filters and indices.")
    prefix = (dataset.data_prefix or {}).get(PREFIX_NAMES[kind]) or ""
    part = AnnotationPart(
        ann_file=file,
        kind=kind,
        delimiter=getattr(dataset, "delimiter", " "),
        with_offset=getattr(dataset, "with_offset", False),
        split=getattr(dataset, "split", None),
        samples=len(entries),
        data_prefix=data_folder(prefix),
    )
    annotations, name = part.read(), type(dataset).__name__
    # A subset tells less of what a dataset makes of labels than the whole does, and which rows it takes is known.
    whole = entries if dataset._indices is None else reread(dataset, file, whole=True)
    rows = _rows(annotations, prefix, whole, name, file)
    classes = _classes(annotations, rows, whole, file)
    if dataset._indices is not None:
        chosen = _subset(rows, dataset._indices)
        same = len(chosen) == len(entries)
        rows = chosen if same else _rows(annotations, prefix, entries, name, file)
    return _with_classes(part, classes), [annotations.keys[row] for row in rows]


def _subset(rows: list[int], indices: int | Sequence[int]) -> list[int]:
    """The rows of a subset, as ``BaseDataset._get_unserialized_subset`` of MMEngine 0.10.7 takes it."""
    if isinstance(indices, int):
        return rows[:indices] if indices >= 0 else rows[indices:]
    return [rows[index] for index in indices]


def _with_classes(part: AnnotationPart, classes: Counter[tuple[int, int]]) -> AnnotationPart:
    if all(label == own for label, own in classes):
        return part
    triples = tuple((label, own, n) for (label, own), n in sorted(classes.items()))
    return AnnotationPart(**{**vars(part), "classes": triples})


def _rows(annotations: Annotations, prefix: str, entries: Entries, dataset: str, file: str) -> list[int]:
    """The row of each sample."""
    joined = [os.path.join(prefix, path) for path in annotations.paths]
    known = set(joined)
    plain = all(path in known for path in entries.paths)
    spelled = (lambda path: path) if plain else (lambda path: same_file(path or ""))
    paths = [spelled(path) for path in joined]
    exact: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    loose: dict[str, list[int]] = defaultdict(list)
    for row, (path, span) in enumerate(zip(paths, annotations.spans)):
        exact[path, span].append(row)
        loose[path].append(row)
    candidates = []
    for sample, path in enumerate(entries.paths):
        name = "" if path is None else spelled(path)
        candidates.append(exact.get((name, entries.spans[sample])) or loose.get(name) or [])
    missing = next((sample for sample, found in enumerate(candidates) if not found), None)
    if missing is not None:
        # Paths of the dataset's own making: as many samples as rows are taken to stand in the same order.
        if len(entries) == len(annotations):
            return list(range(len(entries)))
        raise _unknown(entries, missing, dataset, file, "stands on no line of it")
    return _assigned(candidates, annotations, entries, dataset, file)


def _assigned(
    candidates: list[list[int]], annotations: Annotations, entries: Entries, dataset: str, file: str
) -> list[int]:
    """A row of its own for each sample: of several that of its label, of equal ones in the order of the file."""
    if len(entries) == len(annotations) and all(_has(rows, sample) for sample, rows in enumerate(candidates)):
        return list(range(len(entries)))
    listed = annotations.labels.tolist()
    same = {label: label for label in listed}
    chosen: list[int] = []
    for read_as in (same, _inferred(candidates, listed, entries.labels)):
        # Most datasets keep the order of the file; one that sorts keeps it among samples of one path at best.
        for of_path in (False, True):
            chosen = _matched(candidates, listed, entries.labels, read_as, of_path)
            if len(chosen) == len(entries):
                return chosen
    raise _unknown(entries, len(chosen), dataset, file, "stands there less often than the dataset has it")


def _has(rows: list[int], row: int) -> bool:
    """Whether a row is among ascending ones; a path may stand there very often."""
    place = bisect_left(rows, row)
    return place < len(rows) and rows[place] == row


def _inferred(candidates: list[list[int]], listed: list[int], labels: list[Any]) -> dict[int, Any]:
    """What the dataset makes of the labels of its file, from samples whose rows all have one label."""
    read_as: dict[int, Any] = {}
    for rows, own in zip(candidates, labels):
        found = {listed[row] for row in rows}
        if len(found) == 1:
            read_as.setdefault(found.pop(), own)
    return read_as


def _matched(
    candidates: list[list[int]], listed: list[int], labels: list[Any], read_as: dict[int, Any], of_path: bool
) -> list[int]:
    """A row of its own for each sample whose label the dataset makes its class; as many as find one, from the first on.

    Where it is not known what the dataset makes of a label, the row is taken if no other is there.

    Args:
        candidates: Rows that may be each sample's; samples of one path share the list.
        listed: Label of each row.
        labels: Class of each sample.
        read_as: Class that the dataset makes of each label, as far as that is known.
        of_path: Whether rows ascend among the samples of one path only, where they can; else among all.
    """
    taken: set[int] = set()
    chosen: list[int] = []
    last: dict[int, int] = {}
    for rows, own in zip(candidates, labels):
        after = last.get(id(rows) if of_path else 0, -1)
        free = [row for row in rows if row not in taken and (of_path or row > after)]
        if len(rows) > 1:
            sure = [row for row in free if listed[row] in read_as and read_as[listed[row]] == own]
            free = sure or [row for row in free if listed[row] not in read_as]
        if not free:
            break
        row = next((row for row in free if row > after), free[0])
        taken.add(row)
        chosen.append(row)
        last[id(rows) if of_path else 0] = row
    return chosen


def _unknown(entries: Entries, sample: int, dataset: str, file: str, why: str) -> DataError:
    return DataError(
        f"{file}: sample {sample} of the {dataset} that reads it, {quoted(entries.paths[sample])} with label "
        f"{quoted(entries.labels[sample])}, {why}, so its row cannot be told."
    )


def _classes(annotations: Annotations, rows: list[int], entries: Entries, file: str) -> Counter[tuple[int, int]]:
    """How many samples have each pair of a label in the file and the class that it is read as."""
    read_as: dict[int, tuple[Any, int]] = {}
    counts: Counter[tuple[int, int]] = Counter()
    for sample, row in enumerate(rows):
        label, own = int(annotations.labels[row]), entries.labels[sample]
        if isinstance(own, bool) or not isinstance(own, Integral):
            raise DataError(f"{file}: label {label} is read as {quoted(own)}; a class index is a whole number.")
        first, before = read_as.setdefault(label, (own, sample))
        if first != own:
            raise DataError(
                f"{file}: label {label} is read as class {quoted(own)} for {quoted(entries.paths[sample])} and as class "
                f"{quoted(first)} for {quoted(entries.paths[before])}, so a corrected label cannot be written."
            )
        counts[label, int(own)] += 1
    return counts


def check_reading(
    dataset: BaseDataset,
    path: Path,
    entries: Entries,
    keep: npt.NDArray[np.bool_],
    labels: npt.NDArray[np.int64],
) -> None:
    """Refuse a purified file from which the same dataset would not read what was decided.

    Args:
        dataset: The base dataset of that part.
        path: The purified file.
        entries: What it has read, n samples.
        keep: Which of them were kept, shape (n,).
        labels: Their classes as purified, shape (n,).

    Raises:
        DataError: It cannot be read, or other samples or labels come of it; with the first.
    """
    name = type(dataset).__name__
    try:
        found = reread(dataset, str(path))
    # A dataset of the user's own may raise whatever it likes.
    except Exception as error:
        raise DataError(
            f"{dataset.ann_file}: {name} cannot read the purified list ({words_of(error)})."
        ) from error
    kept = np.flatnonzero(keep).tolist()
    for place, sample in enumerate(kept[: len(found)]):
        wanted = (*entries.identity(sample), int(labels[sample]))
        if (*found.identity(place), found.labels[place]) != wanted:
            raise DataError(
                f"{dataset.ann_file}: from the purified list {name} reads {quoted(found.paths[place])} with label "
                f"{quoted(found.labels[place])} as sample {place}; expected {quoted(entries.paths[sample])} with label "
                f"{int(labels[sample])}."
            )
    if len(found) != len(kept):
        raise DataError(f"{dataset.ann_file}: from the purified list {name} reads {len(found)} samples of {len(kept)}.")


def try_purified(
    dataset: BaseDataset, entries: Entries, part: AnnotationPart, keys: list[str], folder: Path | None = None
) -> None:
    """Write a purified file as a trial, some samples pruned and some relabelled, and read it with the same dataset.

    Args:
        dataset: The base dataset.
        entries: What it has read.
        part: Its file, from :func:`locate_part`.
        keys: The key of each sample's row.
        folder: Where the trial is written and removed again; that of the system for such files if None.

    Raises:
        DataError: The file cannot be written, or the dataset reads something else from it.
        WriteError: The folder cannot be written to.
    """
    n = len(entries)
    given = np.array(entries.labels, dtype=np.int64)
    keep, labels = np.ones(n, dtype=bool), given.copy()
    keep[_PRUNE_EVERY - 1 :: _PRUNE_EVERY] = False
    # A set of few samples is tried as well.
    keep[-1] &= not 1 < n < _PRUNE_EVERY
    known = np.unique(given)
    moved = np.arange(0, n, _RELABEL_EVERY)
    labels[moved] = known[(np.searchsorted(known, given[moved]) + 1) % len(known)]
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=TRIAL, dir=folder) as place:
            path = Path(place) / part.purified_name
            path.write_bytes(purified_bytes([part], 0, keys, keep, given, labels))
            check_reading(dataset, path, entries, keep, labels)
    except D2SPError:
        raise
    except OSError as error:
        raise write_error(folder or tempfile.gettempdir(), error) from error
