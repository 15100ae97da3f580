"""How often a sample was forgotten."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def forgetting_events(predictions: npt.ArrayLike, labels: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Count the epochs in which a sample is wrong after it was right when last seen.

    Args:
        predictions: Predicted class of each epoch, shape (e, n), in the order of epochs; -1 where a sample was not seen.
        labels: Label of each sample, shape (n,).

    Returns:
        Counts, shape (n,); infinity for a sample that was seen and never right, NaN for one that was never seen.

    Source:
        Toneva et al., "An Empirical Study of Example Forgetting during Deep Neural Network Learning" (ICLR 2019), algorithm
        1: there as here each time the sample stands in a batch counts, and samples never learned come last.

    Example:
        >>> forgetting_events([[0, 1, 0], [1, 1, 0], [0, 1, 0]], [0, 0, 0])
        array([ 1., inf,  0.])
    """
    predictions, labels = np.asarray(predictions, dtype=np.int64), np.asarray(labels, dtype=np.int64)
    n = len(labels)
    events, was_right, learned, seen = np.zeros(n), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for row in predictions:
        there, right = row >= 0, row == labels
        events += there & was_right & ~right
        was_right = np.where(there, right, was_right)
        learned |= right
        seen |= there
    return np.where(seen, np.where(learned, events, np.inf), np.nan)
