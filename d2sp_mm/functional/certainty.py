"""How sure predictions are, classes balanced."""

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


#: A class is taken to have at least this share of what a class has on average: a few samples teach a model no prior.
LEAST_SHARE = 0.1


def balance_probs(probs: npt.ArrayLike, class_counts: npt.ArrayLike, strength: float = 1.0) -> npt.NDArray[np.float64]:
    """Divide each class's probability by its share of the training set, and normalise: ``p_k / pi_k^tau``.

    A model of unbalanced data leans towards the frequent classes: of two samples that look alike it holds the rare class
    for a mistake, and knowing nothing it predicts the shares themselves, which are not uniform. The result is what it would
    say if all classes were equally frequent; a prediction that equals the shares becomes uniform.

    Args:
        probs: Probabilities, shape (n, c). NaN stays NaN.
        class_counts: How often each class was trained on, shape (c,). One that is far rarer than the average counts as
            ``LEAST_SHARE`` of it, and one without any as the most frequent: noise must not be blown up.
        strength: Exponent tau in [0, 1]: 0 changes nothing.

    Returns:
        Probabilities whose rows sum to 1, shape (n, c).

    Source:
        Post-hoc logit adjustment (Menon et al., "Long-tail learning via logit adjustment", ICLR 2021), in probabilities.
        There it corrects predictions on test data; that it is used to doubt labels is our own.

    Example:
        >>> balance_probs([[0.75, 0.25], [0.5, 0.5]], [30, 10])
        array([[0.5 , 0.5 ],
               [0.25, 0.75]])
    """
    balanced = np.asarray(probs, dtype=np.float64) * balancing_factors(class_counts, strength)
    return balanced / balanced.sum(axis=1, keepdims=True)


def balancing_factors(class_counts: npt.ArrayLike, strength: float = 1.0) -> npt.NDArray[np.float64]:
    """What :func:`balance_probs` multiplies each class's probability by, before it normalises.

    Args:
        class_counts: As there.
        strength: As there.

    Returns:
        Factors of at least 1, shape (c,); 1 for the most frequent class.

    Source:
        As there.

    Example:
        >>> balancing_factors([30, 10])
        array([1., 3.])
    """
    counts = np.asarray(class_counts, dtype=np.float64)
    present = counts > 0
    if not present.any():
        counts, present = np.ones_like(counts), ~present
    counts = np.maximum(counts, LEAST_SHARE * counts[present].mean())
    counts = np.where(present, counts, counts.max())
    return (counts.max() / counts) ** strength


def certainty(probs: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """One minus the entropy of each row, in units of the largest possible entropy: ``1 - H(p) / log c``.

    Args:
        probs: Probabilities, shape (n, c) with c >= 2. Rows need not sum to exactly 1 (they are normalised), as those
            that were kept in half precision do not.

    Returns:
        Scores in [0, 1], shape (n,): 0 for the uniform distribution (bad), 1 for a single class. NaN for a row that
        holds NaN.

    Source:
        Shannon entropy; the use as a score of clip quality is our own.

    Example:
        >>> certainty([[0.5, 0.5], [1.0, 0.0]])
        array([0., 1.])
    """
    p = np.asarray(probs)
    if p.dtype != np.float32:
        p = p.astype(np.float64)
    total = p.sum(axis=1)
    # With p = x / S the entropy is log S - sum(x log x) / S: one logarithm an entry, and no normalised copy.
    logs = np.maximum(p, np.finfo(p.dtype).tiny)
    np.log(logs, out=logs)
    logs *= p
    with np.errstate(invalid="ignore", divide="ignore"):
        entropy = np.log(total) - logs.sum(axis=1) / total
    return np.clip(1.0 - entropy.astype(np.float64) / np.log(p.shape[1]), 0.0, 1.0)
