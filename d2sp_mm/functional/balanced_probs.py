"""Taking the frequency of the classes out of a prediction."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

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
