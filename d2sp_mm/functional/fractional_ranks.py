"""Ranks on the scale of a score."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.ascending import ascending


def fractional_ranks(scores: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Rank of each score, from 0 for the lowest to 1 for the highest; ties share their mean rank.

    Args:
        scores: Shape (n,), without NaN.

    Returns:
        Ranks in [0, 1], shape (n,). A single score gets 0.

    Source:
        Average ranks, as in Spearman's correlation.

    Example:
        >>> fractional_ranks([0.1, 5.0, 0.1, 7.0])
        array([0.16666667, 0.66666667, 0.16666667, 1.        ])
    """
    scores = np.asarray(scores, dtype=np.float32)
    order = ascending(scores)
    # Where each group of equal scores begins.
    differs = np.diff(scores[order]) != 0
    begins = np.concatenate([np.zeros(min(len(scores), 1), dtype=np.int64), np.flatnonzero(differs) + 1])
    sizes = np.diff(np.append(begins, len(scores)))
    ranks = np.empty(len(scores), dtype=np.float64)
    ranks[order] = np.repeat(begins + (sizes - 1) / 2.0, sizes)
    return ranks / max(len(scores) - 1, 1)
