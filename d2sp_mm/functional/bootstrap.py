"""Intervals of a mean by the bootstrap."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.stats import bootstrap


def bootstrap_interval(
    values: npt.ArrayLike,
    statistic: Callable[..., npt.NDArray[np.float64]] | None = None,
    confidence: float = 0.95,
    resamples: int = 9999,
) -> tuple[float, float, float]:
    """A statistic over seeds, and its percentile bootstrap interval; seeds are drawn whole, so that pairs stay pairs.

    Args:
        values: One row a seed, shape (s,) or (s, d); rows with NaN are left out.
        statistic: Maps the d columns, each of shape (..., s), to a statistic over the last axis; the mean of the first
            column if None.
        confidence: Share of the resamples inside, in (0, 1).
        resamples: How often seeds are drawn anew.

    Returns:
        ``(statistic, low, high)``; all NaN without a row, the last two NaN with a single one. A statistic that some
        resamples do not have is taken over those that have one.

    Source:
        Efron's percentile bootstrap, resampled by SciPy with a fixed seed; SciPy's own interval is NaN where some resamples
        do not have the statistic, such as a share of a gap that closes. Over five seeds it is narrower than it says: on
        normal values a 95 % interval held the mean in 85 % of 2,000 trials.

    Example:
        >>> [round(x, 2) for x in bootstrap_interval([0.1, 0.2, 0.3, 0.2, 0.2])]
        [0.2, 0.14, 0.26]
    """
    rows = np.asarray(values, dtype=np.float64)
    rows = rows[:, None] if rows.ndim == 1 else rows
    rows = rows[~np.isnan(rows).any(axis=1)]
    if not len(rows):
        return float("nan"), float("nan"), float("nan")
    found = statistic or (lambda first, *rest: first.mean(axis=-1))
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = float(found(*rows.T))
        if len(rows) == 1:
            return centre, float("nan"), float("nan")
        drawn = bootstrap(
            tuple(rows.T),
            lambda *columns, axis: np.asarray(found(*columns), dtype=np.float64),
            paired=True,
            vectorized=True,
            n_resamples=resamples,
            method="percentile",
            random_state=np.random.default_rng(0),
        ).bootstrap_distribution
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return centre, float("nan"), float("nan")
    tail = 100 * (1 - confidence) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return centre, float(low), float(high)
