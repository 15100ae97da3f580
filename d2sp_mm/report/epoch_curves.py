"""How sure the model was, and how often it agreed with the label, epoch by epoch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from d2sp_mm.ledger import Ledger

#: Epochs from 1, and a value of each.
Curve = tuple[list[int], list[float]]


def epoch_curves(ledger: Ledger, fates: Sequence[str]) -> dict[str, dict[str, Curve]]:
    """Means over the samples of one fate, for the epochs that the ledger kept.

    Args:
        ledger: The ledger, n samples.
        fates: What became of each sample.

    Returns:
        By title, then by fate: *probability of the given label* and *predicted as given* (share of the samples). An epoch in
        which no sample of that fate was seen has no point: what is pruned is not seen again.
    """
    groups = {fate: np.array(fates) == fate for fate in dict.fromkeys(fates)}
    titles = ("probability of the given label", "predicted as given")
    curves: dict[str, dict[str, Curve]] = {title: {fate: ([], []) for fate in groups} for title in titles}
    rows = np.arange(len(ledger))
    for epoch in ledger.observations.epochs:
        probs = next(ledger.observations.epoch_probs(1, epoch))
        seen = ~np.isnan(probs).any(axis=1)
        agrees = ledger.observations.predictions(1, epoch)[0] == ledger.labels
        for fate, members in groups.items():
            chosen = members & seen
            if chosen.any():
                for title, values in zip(titles, (probs[rows, ledger.labels], agrees)):
                    epochs, means = curves[title][fate]
                    epochs.append(epoch + 1)
                    means.append(float(values[chosen].mean()))
    return curves
