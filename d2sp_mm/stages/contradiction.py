"""How far the predictions of a window contradict labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.certainty import balance_probs
from d2sp_mm.functional.stability import contradiction_margin, label_score, modal_prediction
from d2sp_mm.ledger.ledger import Ledger


@dataclass(frozen=True)
class Contradiction:
    """What the model would call n samples, and how far that contradicts their labels.

    Args:
        classes: The class, shape (n,): the most frequent prediction of the window; where earlier passes are averaged with
            this one, the most likely class of the mean.
        agreement: Share of the window that predicted it, in [0, 1], shape (n,).
        margins: The margins of :func:`contradiction_margin` over k sets of labels, in [-1, 1], shape (k, n); NaN where a
            sample was never seen.
        certainty: The largest mean probability, in [0, 1], shape (n,); NaN there.
    """

    classes: npt.NDArray[np.int64]
    agreement: npt.NDArray[np.float64]
    margins: npt.NDArray[np.float64]
    certainty: npt.NDArray[np.float64]

    def unit(self, relative: bool, keep: npt.NDArray[np.bool_]) -> float:
        """What a margin of 1 is: itself, or the median certainty of the kept samples.

        Of 20 classes margins are half of what they are of 7; in units of the median certainty they compare.

        Source:
            Our own.
        """
        known = self.certainty[keep & ~np.isnan(self.certainty)]
        return float(np.median(known)) if relative and len(known) else 1.0


def contradiction(
    ledger: Ledger, epoch: int, window: int, class_balance: float, *labels: npt.NDArray[np.int64]
) -> Contradiction:
    """Look at a window of epochs.

    Args:
        ledger: The ledger, n samples.
        epoch: The last epoch looked at.
        window: Number of epochs looked at.
        class_balance: How far the frequency of the classes is taken out of the probabilities, in [0, 1]; the exponent of
            :func:`balance_probs`.
        labels: The labels that are doubted, k times shape (n,).

    Source:
        :func:`modal_prediction` and :func:`contradiction_margin`, over one window.
    """
    n, frequencies = len(ledger), ledger.class_frequencies
    classes, agreement = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.float64)
    certain, margins = np.empty(n, dtype=np.float64), np.empty((len(labels), n), dtype=np.float64)
    for block in ledger.observations.blocks(window, epoch):
        here, predictions = block.samples, block.predictions()
        probs = balance_probs(block.mean_probs(), frequencies, class_balance)
        certain[here] = probs.max(axis=1)
        if ledger.observations.passes_before:
            classes[here] = np.nan_to_num(probs).argmax(axis=1)
            agreement[here] = (predictions == classes[here]).mean(axis=0)
        else:
            classes[here], agreement[here] = modal_prediction(predictions, ledger.num_classes)
        for row, doubted in enumerate(labels):
            margins[row, here] = contradiction_margin(probs, doubted[here], classes[here])
    return Contradiction(classes, agreement, margins, certain)


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
    return label_score(contradiction(ledger, epoch, window, class_balance, ledger.labels).margins[0])
