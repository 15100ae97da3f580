"""Whether a sample's predictions agree over epochs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def modal_prediction(
    predictions: npt.ArrayLike, num_classes: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The most frequent prediction of each sample, and the share of epochs that agree on it.

    Args:
        predictions: Arg-max class of each epoch, shape (e, n); -1 where a sample was not seen in an epoch. A share is
            counted over all e epochs, so a gap lowers it.
        num_classes: Number of classes c.

    Returns:
        ``(classes, agreement)``, both of shape (n,): the modal class (the lowest one of a tie; 0 for a sample that was
        never seen) and its share in [0, 1].

    Source:
        SELFIE (ICML 2019), section 3.2: a sample is refurbishable when the predictions over its history agree. Its best
        published setting (q = 15, entropy threshold .05) is the same as agreement 1; we keep the share itself.

    Example:
        >>> modal_prediction([[2, 0], [2, 1], [1, 1]], num_classes=3)[0]
        array([2, 1])
    """
    predictions = np.asarray(predictions, dtype=np.int64)
    epochs, n = predictions.shape
    counts = np.zeros((n, num_classes), dtype=np.int32)
    samples = np.arange(n)
    for row in predictions:
        seen = row >= 0
        counts[samples[seen], row[seen]] += 1
    classes = counts.argmax(axis=1).astype(np.int64)
    return classes, counts[samples, classes] / max(epochs, 1)
