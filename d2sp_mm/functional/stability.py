"""Whether a sample's predictions agree over epochs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def prediction_shares(predictions: npt.ArrayLike, num_classes: int) -> npt.NDArray[np.float64]:
    """How often each class was predicted for each sample, as a share of the epochs in which it was seen.

    Args:
        predictions: As for :func:`modal_prediction`.
        num_classes: Number of classes c.

    Returns:
        Shares, shape (n, c); a row sums to 1, or is NaN for a sample that was never seen.

    Source:
        SELFIE (ICML 2019), equation 3.

    Example:
        >>> prediction_shares([[2, 0], [2, 1], [1, 1], [2, -1]], num_classes=3).round(2)
        array([[0.  , 0.25, 0.75],
               [0.33, 0.67, 0.  ]])
    """
    counts = _counts(predictions, num_classes).T
    seen = counts.sum(axis=1, keepdims=True)
    return np.where(seen > 0, counts / np.maximum(seen, 1), np.nan)


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
    counts = _counts(predictions, num_classes)
    # Count and class in one number, so that a maximum finds the lowest class of a tie.
    last = num_classes - 1
    most = (counts * num_classes + (last - np.arange(num_classes))[:, np.newaxis]).max(axis=0)
    agreement = (most // num_classes) / max(len(np.asarray(predictions)), 1)
    return (last - most % num_classes).astype(np.int64), agreement


def _counts(predictions: npt.ArrayLike, num_classes: int) -> npt.NDArray[np.int64]:
    """How often each class was predicted, shape (c, n)."""
    predictions = np.asarray(predictions, dtype=np.int64)
    n = predictions.shape[1]
    # Gaps are counted as a class of their own, which is left out.
    places = np.where(predictions >= 0, predictions, num_classes) * n + np.arange(n)
    return np.bincount(places.ravel(), minlength=(num_classes + 1) * n).reshape(num_classes + 1, n)[:num_classes]
