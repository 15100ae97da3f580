"""How certain a distribution over classes is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


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
