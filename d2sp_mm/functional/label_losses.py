"""The cross entropy of every sample, from the probability of its label."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: The smallest probability above 0 that half precision holds.
LEAST_PROB = 2.0**-24


def label_losses(label_probs: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """``-log p(y)``, with probabilities below what half precision holds taken as ``LEAST_PROB``.

    Args:
        label_probs: Probability of the label, any shape; NaN stays NaN.

    Returns:
        Losses in nats, at least 0, of the same shape.

    Source:
        Cross entropy.

    Example:
        >>> label_losses([1.0, 0.5]).round(3)
        array([-0.   ,  0.693])
    """
    return -np.log(np.maximum(np.asarray(label_probs, dtype=np.float64), LEAST_PROB))
