"""What the model said of each sample."""

from __future__ import annotations

import numpy as np

from d2sp_mm.ledger import Ledger


def predicted_labels(ledger: Ledger) -> tuple[list[int], np.ndarray]:
    """The class of the largest mean probability over the epochs that the ledger kept, and the given label's mean.

    Args:
        ledger: The ledger, n samples.

    Returns:
        The classes, n numbers, -1 where the sample was never seen; and the probabilities, shape (n,), NaN there.
    """
    epochs = ledger.observations.epochs
    if not epochs:
        return [-1] * len(ledger), np.full(len(ledger), np.nan)
    means = ledger.observations.mean_probs(max(epochs) - min(epochs) + 1, max(epochs))
    seen = ~np.isnan(means).any(axis=1)
    best = np.where(seen, np.nan_to_num(means, nan=-1.0).argmax(axis=1), -1)
    return best.tolist(), np.where(seen, means[np.arange(len(ledger)), ledger.labels], np.nan)
