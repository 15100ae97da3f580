"""The ledger as a table of one row a sample, as a run leaves it behind."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.io.csv_rows import check_unique_keys, read_csv_rows, whole_number, write_csv_rows
from d2sp_mm.ledger.decision import REASONS

HEADER = ("key", "given_label", "label", "keep", "quality_score", "label_score", "stage", "reason", "epoch")


@dataclass(frozen=True, eq=False)
class LedgerTable:
    """What a run decided of ``n`` samples.

    Args:
        keys: What names the sample in its annotation file.
        labels: The given labels, shape ``(n,)``, ``int64``.
        corrected_labels: The labels that the run ended with, shape ``(n,)``, ``int64``.
        keep: Whether the sample stays, shape ``(n,)``, bool.
        quality_scores: In [0, 1], low = bad clip, shape ``(n,)``; NaN = never scored.
        label_scores: In [0, 1], low = bad label, shape ``(n,)``; NaN = never scored.
        stages: The stage that took the last decision on the sample, ``n`` strings; empty where there was none.
        reasons: What for, of ``REASONS``, ``n`` strings; empty there.
        epochs: The epoch of that decision, from 0, shape ``(n,)``, ``int64``; -1 there, and before the first epoch.

    Raises:
        DataError: The columns differ in length, a key occurs twice, or a value lies outside its range.
    """

    keys: list[str]
    labels: np.ndarray
    corrected_labels: np.ndarray
    keep: np.ndarray
    quality_scores: np.ndarray
    label_scores: np.ndarray
    stages: list[str]
    reasons: list[str]
    epochs: np.ndarray

    def __post_init__(self) -> None:
        lengths = {field.name: len(getattr(self, field.name)) for field in fields(self)}
        if len(set(lengths.values())) != 1:
            raise DataError(f"ledger table: the columns have the lengths {lengths}; expected one row a sample.")
        check_unique_keys(self.keys, "ledger table")
        for column in ("labels", "corrected_labels"):
            negative = np.flatnonzero(np.asarray(getattr(self, column)) < 0)
            if negative.size:
                raise DataError(f"ledger table: {column} of {self.keys[negative[0]]!r} is negative.")
        for column in ("quality_scores", "label_scores"):
            scores = np.asarray(getattr(self, column), dtype=np.float64)
            outside = np.flatnonzero(~(np.isnan(scores) | ((scores >= 0) & (scores <= 1))))
            if outside.size:
                first = outside[0]
                raise DataError(
                    f"ledger table: {column} of {self.keys[first]!r} is {scores[first]}; expected 0 to 1, or nothing."
                )

    def __len__(self) -> int:
        return len(self.keys)


def write_ledger_table(path: str | os.PathLike[str], table: LedgerTable) -> None:
    """Write the table as CSV: scores with six significant digits, epochs from 1. The file appears whole or not at all.

    Args:
        path: The file; missing parent folders are made.
        table: The rows.

    Source:
        Our own. Fixed digits, so that the same run writes the same bytes.
    """
    rows = (
        (
            key, int(label), int(corrected), int(keep), _text(quality), _text(trust),
            stage, reason, int(e) + 1 if stage else "",
        )
        for key, label, corrected, keep, quality, trust, stage, reason, e in zip(
            table.keys, table.labels, table.corrected_labels, table.keep, table.quality_scores, table.label_scores,
            table.stages, table.reasons, table.epochs,
        )
    )  # fmt: skip
    write_csv_rows(path, HEADER, rows)


def read_ledger_table(path: str | os.PathLike[str]) -> LedgerTable:
    """Read what :func:`write_ledger_table` wrote.

    Args:
        path: CSV with the header ``HEADER``.

    Returns:
        The rows, in the order of the file.

    Raises:
        DataError: The file cannot be read, holds no rows, or a field is not of its column's form.
    """
    name = os.fspath(path)
    rows = [_Row(name, number, dict(zip(HEADER, row))) for number, row in read_csv_rows(path, HEADER)]
    if not rows:
        raise DataError(f"{name}: holds no samples; expected one row a sample below the header.")
    columns = {
        "labels": np.array([row.integer("given_label") for row in rows], dtype=np.int64),
        "corrected_labels": np.array([row.integer("label") for row in rows], dtype=np.int64),
        "keep": np.array([row.flag("keep") for row in rows], dtype=bool),
        "quality_scores": np.array([row.score("quality_score") for row in rows], dtype=np.float64),
        "label_scores": np.array([row.score("label_score") for row in rows], dtype=np.float64),
        "epochs": np.array([row.integer("epoch") - 1 if row.values["epoch"] else -1 for row in rows], dtype=np.int64),
    }
    try:
        return LedgerTable(
            keys=[row.values["key"] for row in rows],
            stages=[row.values["stage"] for row in rows],
            reasons=[row.word("reason", ("", *REASONS)) for row in rows],
            **columns,
        )
    except DataError as error:
        raise DataError(f"{name}: {error}") from error


def _text(score: float) -> str:
    return "" if np.isnan(score) else f"{float(score):.6g}"


@dataclass(frozen=True)
class _Row:
    """One row under the parser, with what its messages need."""

    name: str
    number: int
    values: dict[str, str]

    def integer(self, column: str) -> int:
        number = whole_number(self.values[column])
        if number is None:
            raise self._error(column, "a whole number of 0 or more")
        return number

    def word(self, column: str, words: Sequence[str]) -> str:
        if self.values[column] not in words:
            raise self._error(column, f"one of {', '.join(filter(None, words))}, or nothing")
        return self.values[column]

    def flag(self, column: str) -> bool:
        if self.values[column] not in ("0", "1"):
            raise self._error(column, "1 (stays) or 0")
        return self.values[column] == "1"

    def score(self, column: str) -> float:
        if not self.values[column]:
            return float("nan")
        try:
            return float(self.values[column])
        except ValueError:
            raise self._error(column, "a number from 0 to 1, or nothing") from None

    def _error(self, column: str, expected: str) -> DataError:
        return DataError(f"{self.name}, line {self.number}: {column} is {self.values[column]!r}; expected {expected}.")
