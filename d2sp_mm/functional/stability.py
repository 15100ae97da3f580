"""Stable predictions, and their margin over a label."""

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


def contradiction_margin(
    mean_probs: npt.ArrayLike, labels: npt.ArrayLike, classes: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """``mean p(c_i) - mean p(y_i)``: how much more likely the predicted class is than the label.

    Where the predicted class is the label itself, the strongest other class takes its place, so that the margin is
    negative there and still tells how safely the label is held.

    Args:
        mean_probs: Probabilities averaged over a window of epochs, shape (n, c) with c >= 2.
        labels: Label of each sample, shape (n,).
        classes: Predicted class of each sample, shape (n,).

    Returns:
        Margins in [-1, 1], shape (n,); high = the label is contradicted. NaN where the probabilities are.

    Source:
        The relabelling rule of Self-Cure Network (CVPR 2020, equation 4, margin .2), taken here over a window of epochs
        rather than one prediction.

    Example:
        >>> contradiction_margin([[0.7, 0.2, 0.1], [0.7, 0.2, 0.1]], [1, 0], [0, 0])
        array([ 0.5, -0.5])
    """
    probs = np.asarray(mean_probs, dtype=np.float64)
    labels = np.asarray(labels, dtype=np.int64)
    classes = np.asarray(classes, dtype=np.int64)
    samples = np.arange(len(labels))
    own, predicted = probs[samples, labels], probs[samples, classes]
    # The layout of the probabilities stays, so that the maximum runs along memory.
    others = probs.copy(order="K")
    others[samples, labels] = -np.inf
    return np.where(classes == labels, others.max(axis=1), predicted) - own


def label_score(margins: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """A margin in [-1, 1] as a score in [0, 1], low = the label is doubtful.

    Example:
        >>> label_score([-1.0, 0.0, 1.0])
        array([1. , 0.5, 0. ])
    """
    return np.clip((1.0 - np.asarray(margins, dtype=np.float64)) / 2.0, 0.0, 1.0)
