"""Orders of scores, alone and joined."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def ascending(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Indices that sort scores, ties in their order.

    Two passes over 16 bits each, which numpy sorts by counting: a third of the time of ``argsort`` for a million.

    Args:
        scores: Shape (n,), without NaN.

    Returns:
        Shape (n,).

    Source:
        Radix sort, least significant digit first; numpy's ``stable`` sort is one for 16-bit integers.

    Example:
        >>> ascending(np.array([0.5, -1.0, 0.5, 0.0], dtype=np.float32))
        array([1, 3, 0, 2])
    """
    # Adding 0 makes one zero of the two. Negative numbers have a sign bit and descend.
    bits = (scores + np.float32(0)).view(np.uint32)
    bits = np.where(bits >> 31 == 1, ~bits, bits | np.uint32(1 << 31))
    order = np.argsort(bits.astype(np.uint16), kind="stable")
    return order[np.argsort((bits >> 16).astype(np.uint16)[order], kind="stable")]


def lowest(scores: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.int64]:
    """Indices of the lowest scores, ascending, ties in their order.

    Args:
        scores: Shape (n,), without NaN.
        count: How many; all if there are fewer.

    Returns:
        Shape (min(count, n),).

    Source:
        Our own; only what may be among the lowest is sorted.

    Example:
        >>> lowest(np.array([0.5, 0.1, 0.5, 0.3]), 3)
        array([1, 3, 0])
    """
    count = min(max(count, 0), len(scores))
    candidates = np.arange(len(scores))
    if 0 < count < len(scores):
        candidates = np.flatnonzero(scores <= np.partition(scores, count - 1)[count - 1])
    return candidates[np.argsort(scores[candidates], kind="stable")][:count]


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


def tail_rank(ranks: npt.ArrayLike, reference: npt.ArrayLike, share: float) -> float:
    """Mean of the ranks that one score gives to the samples that ``reference`` ranks lowest.

    A correlation over all samples does not tell this: two scores may agree on the bulk and contradict each other about the
    few that matter.

    Args:
        ranks: Fractional ranks by the score in question, in [0, 1], shape (n,), as of :func:`joint_ranks`; NaN = has none.
        reference: The score that names the worst, or its ranks, shape (n,); NaN = has none.
        share: Share of the samples that are the worst, in (0, 1]; at least one sample.

    Returns:
        A number in [0, 1]: near ``share / 2`` if both agree, near 1/2 if they have nothing to do with each other, above if
        they contradict. NaN if no sample has both.

    Source:
        Our own.

    Example:
        >>> tail_rank([0.0, 0.25, 0.5, 0.75, 1.0], [5.0, 6.0, 7.0, 8.0, 9.0], share=0.4)
        0.125
    """
    ranks, reference = np.asarray(ranks, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    both = np.flatnonzero(~(np.isnan(ranks) | np.isnan(reference)))
    if not len(both):
        return float("nan")
    return float(ranks[both[lowest(reference[both], max(round(share * len(both)), 1))]].mean())


#: Fewer samples than this say nothing of an order.
_LEAST = 3


def spearman(before: npt.NDArray[np.float64], now: npt.NDArray[np.float64]) -> float | None:
    """Spearman's rank correlation over the samples that both rounds have scored.

    Args:
        before: Scores of the round before, shape (n,), NaN = not scored.
        now: Scores of this round, shape (n,).

    Returns:
        In [-1, 1]; None where fewer than three samples were scored twice, or one of the two scores all alike.

    Source:
        Spearman (1904): Pearson's correlation of the ranks, ties sharing their mean rank.

    Example:
        >>> spearman(np.array([0.1, 0.2, np.nan, 0.4]), np.array([0.3, 0.7, 0.8, 0.9]))
        1.0
    """
    both = ~np.isnan(before) & ~np.isnan(now)
    if both.sum() < _LEAST or np.ptp(before[both]) == 0 or np.ptp(now[both]) == 0:
        return None
    found = np.corrcoef(fractional_ranks(before[both]), fractional_ranks(now[both]))[0, 1]
    return round(float(np.clip(found, -1, 1)), 12)
