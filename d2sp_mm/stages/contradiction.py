"""How far the predictions of a window contradict labels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.certainty import balance_probs
from d2sp_mm.functional.stability import contradiction_margin, label_score, modal_prediction
from d2sp_mm.ledger.ledger import Ledger


def contradiction(
    ledger: Ledger, epoch: int, window: int, class_balance: float, *labels: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """What the model would call every sample, how stably, and how far that contradicts its labels.

    Args:
        ledger: The ledger, n samples.
        epoch: The last epoch looked at.
        window: Number of epochs looked at.
        class_balance: How far the frequency of the classes is taken out of the probabilities, in [0, 1]; the exponent of
            :func:`balance_probs`.
        labels: The labels that are doubted, k times shape (n,).

    Returns:
        The most frequent prediction, shape (n,); its share of the window, in [0, 1], shape (n,); the margins of
        :func:`contradiction_margin`, in [-1, 1], shape (k, n), NaN where a sample was never seen.

    Source:
        :func:`modal_prediction` and :func:`contradiction_margin`, over one window.
    """
    n, frequencies = len(ledger), ledger.class_frequencies
    classes, agreement = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.float64)
    margins = np.empty((len(labels), n), dtype=np.float64)
    for block in ledger.observations.blocks(window, epoch):
        here = block.samples
        classes[here], agreement[here] = modal_prediction(block.predictions(), ledger.num_classes)
        probs = balance_probs(block.mean_probs(), frequencies, class_balance)
        for row, doubted in enumerate(labels):
            margins[row, here] = contradiction_margin(probs, doubted[here], classes[here])
    return classes, agreement, margins


def label_scores(ledger: Ledger, epoch: int, window: int, class_balance: float) -> npt.NDArray[np.float64]:
    """Trust in every sample's given label.

    Args:
        ledger: The ledger.
        epoch: The last epoch looked at.
        window: Number of epochs looked at.
        class_balance: See :func:`contradiction`.

    Returns:
        Scores in [0, 1], shape (n,), low = doubtful; NaN where a sample was never seen.

    Source:
        The margin of :func:`contradiction`, as a score.
    """
    return label_score(contradiction(ledger, epoch, window, class_balance, ledger.labels)[2][0])
