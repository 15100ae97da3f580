"""The file of overrides, as the review page saves it and a run's folder keeps it."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from pathlib import Path

from d2sp_mm.errors import DataError
from d2sp_mm.io.csv_rows import check_unique_keys, whole_number, write_csv_rows
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.ledger.override import Override

#: Its name in a run's folder.
FILE = "overrides.csv"
HEADER = ("key", "override", "label")
#: Of overrides that take decisions back: which, as ``epoch:stage``, separated by blanks.
_UNDONE = "undone"
#: Other names of the column ``override``.
_OTHER_NAMES = ("action", "verdict")
_OVERRIDES = ("keep", "prune", "relabel", "none")


def read_overrides(path: str | os.PathLike[str], ledger: Ledger) -> dict[int, Override | None]:
    """Read a CSV with the columns ``key``, ``override`` and ``label``, in any order; other columns are left unread.

    ``keep`` keeps the sample under the label as given, whatever stages said of it; ``prune`` leaves it out;
    ``relabel`` keeps it under ``label``; ``none`` takes back what was said of it before.

    Args:
        path: The file, UTF-8.
        ledger: The run's ledger, for keys and labels.

    Returns:
        The overrides by the number of the sample; None for ``none``.

    Raises:
        DataError: The file cannot be read, a key is unknown or stands there twice, or a row is not of that form.

    Source:
        Our own.
    """
    name = os.fspath(path)
    try:
        text = Path(path).read_bytes().decode("utf-8-sig", "surrogateescape")
    except OSError as error:
        raise DataError(f"{name}: cannot be read ({error.strerror}); expected a CSV of overrides.") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise DataError(f"{name}, line {reader.line_num}: no CSV ({error}).") from error
    columns = list(reader.fieldnames or ())
    # Lists that people keep may name the column after what is in it.
    named = next((name for name in ("override", *_OTHER_NAMES) if name in columns), "override")
    missing = [column for column in HEADER if column not in (*columns, *(["override"] if named in columns else []))]
    if missing:
        raise DataError(f"{name}: lacks the column {missing[0]!r}; expected {','.join(HEADER)!r}.")
    check_unique_keys([row["key"] for _, row in rows], name)
    number_of = {key: number for number, key in enumerate(ledger.keys)}
    found = {}
    for line, row in rows:
        where = f"{name}, line {line}"
        if row["key"] not in number_of:
            raise DataError(f"{where}: the run has no sample {row['key']!r}; keys are those of its ledger.csv.")
        sample = number_of[row["key"]]
        found[sample] = _override({**row, "override": row[named]}, where, ledger, sample)
    return found


def write_overrides(path: str | os.PathLike[str], ledger: Ledger, overrides: Mapping[int, Override]) -> None:
    """Write overrides as :func:`read_overrides` reads them; the file appears whole or not at all.

    Args:
        path: The file.
        ledger: The run's ledger.
        overrides: The overrides by the number of the sample.
    """
    rows = []
    for sample in sorted(overrides):
        keep, label = overrides[sample].keep, overrides[sample].label
        word = "prune" if not keep else "keep" if label == ledger.labels[sample] else "relabel"
        undone = " ".join(f"{epoch + 1}:{stage}" for epoch, stage in sorted(overrides[sample].undone))
        rows.append((ledger.keys[sample], word, label, undone))
    write_csv_rows(path, (*HEADER, _UNDONE), rows)


def merged(overrides: Mapping[int, Override], newer: Mapping[int, Override | None]) -> dict[int, Override]:
    """Overrides, with newer ones in their place and without those that were taken back."""
    found = {**overrides, **newer}
    return {sample: override for sample, override in found.items() if override is not None}


def _override(row: Mapping[str, str], where: str, ledger: Ledger, sample: int) -> Override | None:
    word, text = row["override"], row["label"] or ""
    if word not in _OVERRIDES:
        raise DataError(f"{where}: override is {word!r}; expected one of {', '.join(_OVERRIDES)}.")
    if word == "none":
        return None
    label = whole_number(text) if text else None
    if (text and label is None) or (label is not None and label >= ledger.num_classes):
        raise DataError(f"{where}: label is {text!r}; expected a class of 0 to {ledger.num_classes - 1}.")
    if word == "keep" and label not in (None, ledger.labels[sample]):
        raise DataError(f"{where}: 'keep' means the label as given, {ledger.labels[sample]}; for {label} write 'relabel'.")
    if label is None and word == "relabel":
        raise DataError(f"{where}: 'relabel' needs a label, 0 to {ledger.num_classes - 1}.")
    if label is None:
        label = int(ledger.labels[sample])
    return Override(keep=word != "prune", label=label, undone=_undone(row.get(_UNDONE) or "", where))


def _undone(text: str, where: str) -> frozenset[tuple[int, str]]:
    found = set()
    for word in text.split():
        epoch, _, stage = word.partition(":")
        if whole_number(epoch) is None or not stage:
            raise DataError(f"{where}: {_UNDONE} has {word!r}; expected epoch:stage.")
        found.add((int(epoch) - 1, stage))
    return frozenset(found)
