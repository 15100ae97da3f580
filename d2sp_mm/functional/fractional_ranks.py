"""Ranks on the scale of a score."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


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
    scores = np.asarray(scores, dtype=np.float64)
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts + 1) / 2.0
    return mean_rank[inverse] / max(len(scores) - 1, 1)
