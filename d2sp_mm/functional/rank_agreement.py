"""How far two rounds order the samples alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.fractional_ranks import fractional_ranks

#: Fewer samples than this say nothing of an order.
_LEAST = 3


def rank_agreement(before: npt.NDArray[np.float64], now: npt.NDArray[np.float64]) -> float | None:
    """Spearman's rank correlation over the samples that both rounds have scored.

    Args:
        before: Scores of the round before, shape (n,), NaN = not scored.
        now: Scores of this round, shape (n,).

    Returns:
        In [-1, 1]; None where fewer than three samples were scored twice, or one of the two scores all alike.

    Source:
        Spearman (1904): Pearson's correlation of the ranks, ties sharing their mean rank.

    Example:
        >>> rank_agreement(np.array([0.1, 0.2, np.nan, 0.4]), np.array([0.3, 0.7, 0.8, 0.9]))
        1.0
    """
    both = ~np.isnan(before) & ~np.isnan(now)
    if both.sum() < _LEAST or np.ptp(before[both]) == 0 or np.ptp(now[both]) == 0:
        return None
    found = np.corrcoef(fractional_ranks(before[both]), fractional_ranks(now[both]))[0, 1]
    return round(float(np.clip(found, -1, 1)), 12)
