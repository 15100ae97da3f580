"""Whether one score agrees with another about the worst samples."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.ascending import lowest


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
