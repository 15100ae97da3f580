"""Whether one score agrees with another about the worst samples."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.fractional_ranks import fractional_ranks


def tail_rank(scores: npt.ArrayLike, reference: npt.ArrayLike, share: float) -> float:
    """Mean fractional rank that ``scores`` give to the samples that ``reference`` ranks lowest.

    A correlation over all samples does not tell this: two scores may agree on the bulk and contradict each other about the
    few that matter.

    Args:
        scores: The score in question, shape (n,); NaN = has none.
        reference: The score that names the worst, shape (n,); NaN = has none.
        share: Share of the samples that are the worst, in (0, 1]; at least one sample.

    Returns:
        A number in [0, 1]: near ``share / 2`` if both agree, near 1/2 if they have nothing to do with each other, above if
        they contradict. NaN if no sample has both.

    Source:
        Our own.

    Example:
        >>> tail_rank([0.1, 0.2, 0.3, 0.4, 0.5], [5.0, 6.0, 7.0, 8.0, 9.0], share=0.4)
        0.125
    """
    scores, reference = np.asarray(scores, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    both = ~(np.isnan(scores) | np.isnan(reference))
    if not both.any():
        return float("nan")
    worst = np.argsort(reference[both], kind="stable")[: max(round(share * int(both.sum())), 1)]
    return float(fractional_ranks(scores[both])[worst].mean())
