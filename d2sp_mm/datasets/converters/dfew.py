"""DFEW."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from d2sp_mm.datasets.converters.clip_library import ClipLibrary, clips_of, without_video_suffix
from d2sp_mm.datasets.converters.conversion import Clip, Conversion, Options
from d2sp_mm.datasets.converters.names import SEVEN, class_of, emotion_of, truth_of_votes, without_zeros
from d2sp_mm.datasets.converters.problems import Problems, check_no_overlap
from d2sp_mm.datasets.converters.split_list import Row, read_split_list
from d2sp_mm.errors import ConfigError, DataError


def read_dfew_votes(path: Path) -> dict[str, dict[str, float]]:
    """Read the votes.

    Columns are found by the emotions that their heads name (``1happy``, ``Happy``); the first column names the clip.

    Args:
        path: ``annotation.xlsx``, or the same table saved as ``.csv``.

    Returns:
        For each clip, its name without leading zeros, the number of votes by emotion.

    Raises:
        ConfigError: openpyxl, which reads ``.xlsx``, is not installed.
        DataError: The file cannot be read, or its columns are not found.

    Source:
        The ``annotation.xlsx`` that DFEW's owners hand out; openpyxl reads it.
    """
    rows = iter(_csv_rows(path) if path.suffix.lower() == ".csv" else _xlsx_rows(path))
    head = [str(cell or "") for cell in next(rows, ())]
    columns = {emotion: i for i, cell in enumerate(head) if (emotion := emotion_of(re.sub(r"[\d\W_]+", "", cell)))}
    if len(columns) < 2 or 0 in columns.values():
        raise DataError(f"{path}: the head {head} names no clip and emotions; expected 'order, 1happy, 2sad, ...'.")
    votes = {}
    for number, row in enumerate(rows, start=2):
        if not row or row[0] in (None, ""):
            continue
        try:
            counts = {emotion: float(row[i] or 0) for emotion, i in columns.items()}
        except (IndexError, TypeError, ValueError) as error:
            raise DataError(f"{path}, row {number}: {list(row)} has votes that are no numbers.") from error
        if min(counts.values()) < 0:
            raise DataError(f"{path}, row {number}: {list(row)} has votes below 0.")
        votes[without_zeros(without_video_suffix(str(row[0]).strip().removesuffix(".0")))] = counts
    return votes


def _csv_rows(path: Path) -> Iterable[Sequence[Any]]:
    try:
        return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read as a table ({error}).") from error


def _xlsx_rows(path: Path) -> Iterable[Sequence[Any]]:
    try:
        import openpyxl
    except ImportError as error:
        raise ConfigError(f"{path}: reading it needs openpyxl (pip install openpyxl); or save it as .csv.") from error
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
    # openpyxl lets through whatever zipfile and its parsers raise.
    except Exception as error:
        raise DataError(f"{path}: cannot be read as an Excel workbook ({type(error).__name__}: {error}).") from error
    return rows


CLIPS = 11_697
FOLDS = range(1, 6)
#: Clips of (train, test) of each fold.
PUBLISHED = {1: (9356, 2341), 2: (9356, 2341), 3: (9357, 2340), 4: (9358, 2339), 5: (9361, 2336)}
_VOTES = "Annotation/annotation.xlsx"


def convert(root: Path, options: Options) -> Conversion:
    """Convert DFEW.

    Args:
        root: The folder with ``EmoLabel_DataSplit/{train,test}(single-labeled)/set_k.csv`` and
            ``Clip/clip_224x224/<00001>/``, or videos in a folder that ``options.clips`` names; votes are in
            ``Annotation/annotation.xlsx``.
        options: The user's choices.

    Returns:
        Lists ``foldK_train`` and ``foldK_test``; the labels are 0 to 6 in DFEW's own order.

    Raises:
        ConfigError: No folder of clips; a list's numbers leave open what the first class is called.
        DataError: A list or clip is missing or cannot be used.

    Source:
        X. Jiang et al., "DFEW: A Large-Scale Database for Recognizing Dynamic Facial Expressions in the Wild", ACM
        Multimedia 2020. Its labels are 1 to 7; copies that users have handed on have 0 to 6.
    """
    library = ClipLibrary.of_either(options.clip_folder(root, "Clip/clip_224x224", "Clip/clip_224x224_16f", "Clip"))
    rows = {(fold, part): read_split_list(_list_of(root, fold, part)) for fold in FOLDS for part in ("train", "test")}
    label_of = _labels(rows.values(), options.first_label)
    problems = Problems(options.allow_missing)
    lists: dict[str, list[Clip]] = {}
    for (fold, part), listed in options.progress(rows.items(), "Looking for clips"):
        lists[f"fold{fold}_{part}"] = clips_of(listed, _list_of(root, fold, part), library, label_of, problems)
    notes = problems.settle()
    for fold in FOLDS:
        check_no_overlap(lists[f"fold{fold}_train"], lists[f"fold{fold}_test"], f"DFEW, fold {fold}")
    notes += _add_votes(lists, root, options)
    published = {f"fold{k}_{part}": PUBLISHED[k][i] for k in FOLDS for i, part in enumerate(("train", "test"))}
    published["all"] = CLIPS
    return Conversion("DFEW", SEVEN, lists, published, notes)


def _list_of(root: Path, fold: int, part: str) -> Path:
    return root / "EmoLabel_DataSplit" / f"{part}(single-labeled)" / f"set_{fold}.csv"


def _labels(lists: Iterable[list[Row]], first: int | None) -> Callable[[Row], int]:
    """Numbers are told by the smallest and largest of all lists; names go through the table."""
    cells = {row.cells[1] for rows in lists for row in rows}
    numbers = {int(cell) for cell in cells if cell.isdecimal()}
    if numbers and first is None:
        if 0 in numbers and len(SEVEN) in numbers:
            raise DataError(f"the lists of DFEW hold labels from 0 to {len(SEVEN)}, eight numbers for seven classes.")
        if 0 not in numbers and len(SEVEN) not in numbers:
            raise ConfigError(
                f"the lists of DFEW hold the labels {sorted(numbers)}, which fit a first class of 0 (copies) and of 1 (the "
                "owners'); say which with --first-label."
            )
        first = 0 if 0 in numbers else 1

    def label_of(row: Row) -> int:
        cell = row.cells[1]
        if not cell.isdecimal():
            return class_of(cell, SEVEN, row.where)
        label = int(cell) - (first or 0)
        if not 0 <= label < len(SEVEN):
            last = (first or 0) + len(SEVEN) - 1
            raise DataError(f"{row.where}: the label {cell} is unknown; expected {first} to {last}.")
        return label

    return label_of


def _add_votes(lists: dict[str, list[Clip]], root: Path, options: Options) -> list[str]:
    """Put the truth by votes into the clips of the training lists."""
    path = root / (options.votes or _VOTES)
    if not path.is_file():
        if options.votes:
            raise ConfigError(f"votes={options.votes!r}: there is no file {path}.")
        return [f"no votes ({path} is not there), so no truth is written."]
    votes = read_dfew_votes(path)
    without: set[str] = set()
    for name in (name for name in lists if name.endswith("train")):
        overridden = []
        for clip in lists[name]:
            found = votes.get(without_zeros(without_video_suffix(clip.key)))
            if found is None:
                without.add(clip.key)
                overridden.append(clip)
            else:
                truth = truth_of_votes(found, clip.label, SEVEN, options.min_agreement)
                overridden.append(dataclasses.replace(clip, truth=truth))
        lists[name] = overridden
    if not any(clip.truth for name in lists for clip in lists[name]):
        raise DataError(f"{path}: names none of the clips; its first rows are of {', '.join(list(votes)[:3])}.")
    return [f"{len(without)} clips have no votes in {path} and are not in the truth."] if without else []
