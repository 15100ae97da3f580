"""How far the model contradicts a label."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


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
