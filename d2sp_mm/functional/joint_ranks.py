"""Making scores of different scales comparable."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.fractional_ranks import fractional_ranks


def joint_ranks(*scores: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The samples' fractional ranks in each score, among those that have all of them.

    Ranks make scores of different scales and spreads comparable: a sample that is low in all has the lowest mean rank.

    Args:
        *scores: k scores, each of shape (n,), low = bad; NaN = has none.

    Returns:
        Ranks in [0, 1], shape (k, n), low = bad; NaN where a sample was left out. A single sample gets 0.

    Source:
        Borda count; joining weight and uncertainty by it is our own.

    Example:
        >>> joint_ranks([0.1, 0.5, 0.9], [3.0, 1.0, 2.0]).mean(axis=0)
        array([0.5 , 0.25, 0.75])
    """
    columns = np.stack([np.asarray(s, dtype=np.float64) for s in scores])
    result = np.full(columns.shape, np.nan)
    known = ~np.isnan(columns).any(axis=0)
    for row, column in zip(result, columns):
        row[known] = fractional_ranks(column[known])
    return result
