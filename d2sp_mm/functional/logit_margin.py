"""How far the class score of the label stands above all others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.label_losses import LEAST_PROB


def logit_margin(probs: npt.ArrayLike, labels: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """``l_y - max_{k != y} l_k`` of class scores l, from their softmax: a difference of log-probabilities is one of scores.

    Args:
        probs: Probabilities, shape (n, c) with c >= 2; those below what half precision holds count as ``LEAST_PROB``.
        labels: Label of each sample, shape (n,).

    Returns:
        Margins, shape (n,), at most 16.7 from 0; NaN where the probabilities are.

    Source:
        The margin of AUM (Pleiss et al., "Identifying Mislabeled Data using the Area Under the Margin Ranking", NeurIPS
        2020, equation 1). There it is that of the scores themselves; here the scores are known up to half precision.

    Example:
        >>> logit_margin([[0.8, 0.1, 0.1], [0.8, 0.1, 0.1]], [0, 1]).round(3)
        array([ 2.079, -2.079])
    """
    logs = np.log(np.maximum(np.asarray(probs, dtype=np.float64), LEAST_PROB))
    samples, labels = np.arange(len(logs)), np.asarray(labels, dtype=np.int64)
    others = logs.copy()
    others[samples, labels] = -np.inf
    return logs[samples, labels] - others.max(axis=1)
