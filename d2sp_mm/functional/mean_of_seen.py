"""Means over epochs in which not every sample was seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt


def mean_of_seen(rows: Iterable[npt.NDArray[Any]], shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Mean of each entry over the rows in which it is not NaN.

    Args:
        rows: Arrays of the same shape, one an epoch; none is possible.
        shape: That shape.

    Returns:
        The means, of ``shape``; NaN where an entry is NaN in all rows.

    Source:
        Our own; numpy's ``nanmean`` would need all rows at once.

    Example:
        >>> mean_of_seen([np.array([1.0, np.nan]), np.array([3.0, np.nan])], (2,))
        array([ 2., nan])
    """
    total = np.zeros(shape, dtype=np.float64)
    count, of_all = np.zeros(shape, dtype=np.int32), 0
    for row in rows:
        seen = ~np.isnan(row)
        if seen.all():
            # By far the most frequent case.
            total += row
            of_all += 1
        else:
            np.add(total, row, out=total, where=seen)
            count += seen
    with np.errstate(invalid="ignore"):
        # 0 / 0 is NaN.
        return total / (count + of_all)
