"""Rows of a CSV file with a fixed header, with bytes in paths that are not UTF-8 carried through; and its whole numbers."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from d2sp_mm.errors import DataError, quoted
from d2sp_mm.io.whole_files import atomic_write


def read_csv_rows(path: str | os.PathLike[str], header: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Read the rows below the header.

    Args:
        path: The file, UTF-8 with or without a byte order mark; other bytes become surrogates.
        header: The column names that its first row must have, in this order.

    Returns:
        For every row its line number (of its last line, where a field runs over several) and its fields.

    Raises:
        DataError: The file cannot be read, its header is another, or a row has another number of fields.
    """
    name = os.fspath(path)
    try:
        text = Path(path).read_bytes().decode("utf-8-sig", "surrogateescape")
    except OSError as error:
        raise DataError(f"{name}: cannot be read ({error.strerror}); expected a CSV file.") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        found = next(reader, [])
        if found != list(header):
            raise DataError(f"{name}, line 1: the header is {quoted(','.join(found))}; expected {','.join(header)!r}.")
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise DataError(f"{name}, line {reader.line_num}: no CSV ({error}).") from error
    for number, row in rows:
        if len(row) != len(header):
            raise DataError(f"{name}, line {number}: {len(row)} fields {quoted(row)}; expected {','.join(header)!r}.")
    return rows


def write_csv_rows(path: str | os.PathLike[str], header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write header and rows; the file appears whole or not at all.

    Args:
        path: The file; missing parent folders are made.
        header: The column names.
        rows: The fields of every row.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    atomic_write(path, stream.getvalue().encode("utf-8", "surrogateescape"))


def check_unique_keys(keys: Sequence[str], name: str) -> None:
    """Refuse keys of which one occurs twice.

    Args:
        keys: The keys of all rows.
        name: What they were read from or shall be written to, for the message.

    Raises:
        DataError: A key occurs twice.
    """
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise DataError(f"{name}: the key {quoted(key)} occurs twice; expected one row a sample.")
        seen.add(key)


#: Far above any class index or epoch, and safe in every integer type.
MOST = 2**31 - 1


def whole_number(text: str) -> int | None:
    """The number that a field holds, from 0 to ``MOST``; None where it holds anything else.

    Args:
        text: The field, without white space around it.
    """
    # Python reads other alphabets' digits as well, and refuses thousands of digits with an error of its own.
    if not (text.isascii() and text.isdecimal() and len(text.lstrip("0")) <= len(str(MOST))):
        return None
    number = int(text.lstrip("0") or "0")
    return number if number <= MOST else None
