"""Ledgers that can be worked out by hand."""

from __future__ import annotations

import numpy as np

from d2sp_mm.ledger import Ledger


def two_class_ledger(label_probs, labels=None, weights=None) -> Ledger:
    """Two classes; ``label_probs[e][i]`` is what epoch e gives to the label of sample i."""
    label_probs = np.asarray(label_probs, dtype=float)
    epochs, n = label_probs.shape
    labels = np.arange(n) % 2 if labels is None else np.asarray(labels)
    ledger = Ledger([str(i) for i in range(n)], labels, 2, window=epochs)
    for epoch, row in enumerate(label_probs):
        probs = np.empty((n, 2))
        probs[np.arange(n), labels], probs[np.arange(n), 1 - labels] = row, 1 - row
        ledger.observe(epoch, np.arange(n), probs, None if weights is None else np.asarray(weights))
    return ledger
