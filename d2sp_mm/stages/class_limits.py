"""Changing samples within what their classes can lose."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.lowest_fraction import class_room, select_lowest
from d2sp_mm.ledger.ledger import Ledger


def within_class_limits(
    ledger: Ledger,
    chosen: npt.NDArray[np.bool_],
    scores: npt.NDArray[np.float64],
    cap: float = 1.0,
    floor: int = 1,
) -> npt.NDArray[np.int64]:
    """Of the chosen kept samples those that their classes can spare, the lowest scores first.

    Args:
        ledger: The ledger; classes are those of the present labels.
        chosen: Samples that a rule would prune or relabel, shape (n,); those that a person decided on are left out.
        scores: Low = bad, shape (n,); one without a score is never taken.
        cap: Largest share of a class that may go, in [0, 1].
        floor: Samples that stay in every class.

    Returns:
        Indices, ascending.

    Source:
        Our own; published rules know no such limit.
    """
    counts = ledger.class_counts
    room = class_room(counts, np.zeros_like(counts), cap, floor)
    candidates = chosen & ledger.keep & ~ledger.judged
    return select_lowest(np.where(candidates, scores, np.nan), ledger.corrected_labels, len(ledger), room)
