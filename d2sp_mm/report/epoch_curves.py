"""How sure the model was, and how often it agreed with the label, epoch by epoch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from d2sp_mm.ledger.trace import Trace

#: Epochs from 1, and a value of each.
Curve = tuple[list[int], list[float]]


def epoch_curves(trace: Trace, labels: np.ndarray, fates: Sequence[str]) -> dict[str, dict[str, Curve]]:
    """Means over the samples of one fate, for every epoch that was traced.

    Args:
        trace: Predictions of n samples.
        labels: The labels as given, shape (n,).
        fates: What became of each sample.

    Returns:
        By title, then by fate: *probability of the given label* and *predicted as given* (share of the samples). An epoch in
        which no sample of that fate was seen has no point: what is pruned is not seen again.
    """
    curves: dict[str, dict[str, Curve]] = {"probability of the given label": {}, "predicted as given": {}}
    seen = trace.predictions >= 0
    values = (trace.given_probs.astype(np.float32), trace.predictions == labels)
    for fate in dict.fromkeys(fates):
        members = seen & (np.array(fates) == fate)
        epochs = np.flatnonzero(members.any(axis=1))
        for title, of_each in zip(curves, values):
            means = [float(of_each[epoch, members[epoch]].mean()) for epoch in epochs]
            curves[title][fate] = ((epochs + 1).tolist(), means)
    return curves
