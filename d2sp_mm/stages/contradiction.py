"""How far the predictions of a window contradict labels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.balanced_probs import balance_probs
from d2sp_mm.functional.margin import contradiction_margin, label_score
from d2sp_mm.functional.stability import modal_prediction
from d2sp_mm.ledger.ledger import Ledger


def contradiction(
    ledger: Ledger, epoch: int, window: int, class_balance: float, labels: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """What the model would call every sample, how stably, and how far that contradicts a label.

    Args:
        ledger: The ledger, n samples.
        epoch: The last epoch looked at.
        window: Number of epochs looked at.
        class_balance: How far the frequency of the classes is taken out of the probabilities, in [0, 1]; the exponent of
            :func:`balance_probs`.
        labels: The labels that are doubted, shape (n,).

    Returns:
        The most frequent prediction, shape (n,); its share of the window, in [0, 1], shape (n,); the margin of
        :func:`contradiction_margin`, in [-1, 1], shape (n,), NaN where a sample was never seen.

    Source:
        :func:`modal_prediction` and :func:`contradiction_margin`, over one window.
    """
    seen = ledger.observations
    classes, agreement = modal_prediction(seen.predictions(window, epoch), ledger.num_classes)
    probs = balance_probs(seen.mean_probs(window, epoch), ledger.class_frequencies, class_balance)
    return classes, agreement, contradiction_margin(probs, labels, classes)


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
    return label_score(contradiction(ledger, epoch, window, class_balance, ledger.labels)[2])
