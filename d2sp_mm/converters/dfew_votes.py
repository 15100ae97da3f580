"""Reading the ten votes that DFEW has of each clip."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from d2sp_mm.converters.clip_library import without_video_suffix
from d2sp_mm.converters.emotions import emotion_of
from d2sp_mm.converters.natural_order import without_zeros
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
