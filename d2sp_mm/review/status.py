"""What became of each sample, and how two runs differ in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.runs.ledger_table import LedgerTable

STATUSES = ("kept", "pruned", "relabelled")


def statuses(table: LedgerTable) -> list[str]:
    """What became of every sample, one of ``STATUSES``; one that was relabelled and then pruned is pruned."""
    moved = table.corrected_labels != table.labels
    return [str(status) for status in np.where(~table.keep, "pruned", np.where(moved, "relabelled", "kept"))]


@dataclass(frozen=True)
class Change:
    """One sample that two ledgers treat differently.

    Args:
        key: The sample.
        given_label: The label that both started from.
        before: Its status in the first, one of :data:`d2sp_mm.review.status.STATUSES`.
        after: Its status in the second.
        label_before: Its label in the first.
        label_after: Its label in the second.
    """

    key: str
    given_label: int
    before: str
    after: str
    label_before: int
    label_after: int


def difference(before: LedgerTable, after: LedgerTable) -> list[Change]:
    """The samples that two ledgers treat differently, in the order of the first.

    Raises:
        DataError: The two are not of the same training set.
    """
    row_of = {key: row for row, key in enumerate(after.keys)}
    if set(before.keys) != set(row_of):
        only = sorted(set(before.keys) ^ set(row_of))[0]
        raise DataError(f"the two runs are of different training sets: {only!r} is in one of them only.")
    order = np.array([row_of[key] for key in before.keys])
    relabelled = np.flatnonzero(before.labels != after.labels[order])
    if relabelled.size:
        raise DataError(
            f"the two runs were given different labels, first for {before.keys[relabelled[0]]!r}; compare runs on one "
            "annotation."
        )
    old, new = statuses(before), np.array(statuses(after))[order]
    label_after = after.corrected_labels[order]
    return [
        Change(key, int(given), str(a), str(b), int(x), int(y))
        for key, given, a, b, x, y in zip(before.keys, before.labels, old, new, before.corrected_labels, label_after)
        if a != b or (a == "relabelled" and x != y)
    ]
