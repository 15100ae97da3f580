"""The lowest share of scores within limits of each class."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.ranks import lowest


def select_lowest(
    scores: npt.ArrayLike,
    labels: npt.ArrayLike,
    count: int,
    class_capacity: npt.ArrayLike,
) -> npt.NDArray[np.int64]:
    """Take the ``count`` lowest scores, but from no class more than it has capacity.

    A sample that its class has no capacity for stays, and no other is taken in its place: the next in line would be a
    better clip, pruned only to reach a number.

    Args:
        scores: Shape (n,), low = bad. NaN (never scored) is never taken. Ties go to the lower index.
        labels: Class of each sample, shape (n,).
        count: How many to take at most.
        class_capacity: How many each class may lose, shape (c,).

    Returns:
        Indices of the samples to prune, ascending, shape (k,) with k <= count.

    Source:
        Our own; the class limits are design rules of this project.

    Example:
        >>> select_lowest([0.3, 0.1, 0.2], [0, 1, 1], count=2, class_capacity=[1, 1])
        array([1])
    """
    scores = np.asarray(scores, dtype=np.float64)
    labels = np.asarray(labels, dtype=np.int64)
    capacity = np.maximum(np.asarray(class_capacity, dtype=np.int64), 0)
    scored = np.flatnonzero(~np.isnan(scores))
    taking = scored[lowest(scores[scored], count)]
    taken = np.zeros(len(scores), dtype=bool)
    for label in np.unique(labels[taking]):
        of_class = taking[labels[taking] == label]
        taken[of_class[: capacity[label]]] = True
    return np.flatnonzero(taken)


def class_capacity(
    totals: npt.ArrayLike, pruned: npt.ArrayLike, cap: float, floor: int
) -> npt.NDArray[np.int64]:
    """How many samples each class may still lose.

    Args:
        totals: Samples a class had at the start, shape (c,).
        pruned: Samples it has lost already, shape (c,).
        cap: Largest share of a class that may be pruned in all, in [0, 1].
        floor: Samples that must stay in every class.

    Returns:
        Counts >= 0, shape (c,).

    Source:
        Our own.

    Example:
        >>> class_capacity([100, 4], [10, 0], cap=0.3, floor=3)
        array([20,  1])
    """
    totals = np.asarray(totals, dtype=np.int64)
    pruned = np.asarray(pruned, dtype=np.int64)
    by_cap = np.floor(cap * totals + 1e-9).astype(np.int64) - pruned
    by_floor = totals - pruned - floor
    return np.maximum(np.minimum(by_cap, by_floor), 0)
