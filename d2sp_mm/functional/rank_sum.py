"""Joining scores that have different scales."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.fractional_ranks import fractional_ranks


def rank_sum(*scores: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Mean of the samples' fractional ranks in each score.

    Ranks make scores of different scales and spreads comparable; a sample that is low in all of them comes out lowest.

    Args:
        *scores: One or more scores, each of shape (n,), low = bad. A sample for which any is NaN is left out of the
            ranking.

    Returns:
        Scores in [0, 1], shape (n,), low = bad; NaN where a sample was left out. A single sample gets 0.

    Source:
        Borda count; joining weight and uncertainty by it is our own.

    Example:
        >>> rank_sum([0.1, 0.5, 0.9], [3.0, 1.0, 2.0])
        array([0.5 , 0.25, 0.75])
    """
    columns = np.stack([np.asarray(s, dtype=np.float64) for s in scores])
    result = np.full(columns.shape[1], np.nan)
    known = ~np.isnan(columns).any(axis=0)
    if known.any():
        result[known] = np.mean([fractional_ranks(column[known]) for column in columns], axis=0)
    return result
