"""Relabelling within what a class can lose."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.lowest_fraction import class_room, select_lowest
from d2sp_mm.ledger.ledger import Ledger


def within_classes(
    ledger: Ledger, wrong: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64], floor: int
) -> npt.NDArray[np.int64]:
    """The samples to relabel, so that every class keeps its ``floor`` best by score; published rules know no such limit.

    Args:
        ledger: The ledger.
        wrong: Samples whose label the rule doubts, shape (n,).
        scores: Trust in their labels, low = bad, shape (n,).
        floor: Samples that keep their label in every class.

    Returns:
        Indices, ascending.
    """
    counts = ledger.class_counts
    room = class_room(counts, np.zeros_like(counts), cap=1.0, floor=floor)
    return select_lowest(np.where(wrong & ledger.keep, scores, np.nan), ledger.corrected_labels, len(ledger), room)
