"""A ledger that goes on from that of an earlier pass."""

from __future__ import annotations

import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.ledger.ledger import Ledger


def go_on_from(ledger: Ledger, earlier: Ledger, average: int) -> None:
    """Go on from an earlier pass over the same training set, before anything is observed: what it decided holds.

    Args:
        ledger: The ledger of this pass; changes.
        earlier: That of the pass before.
        average: The mean of so many of its last epochs is averaged with what this pass will see; 0: the samples are
            seen anew.

    Raises:
        DataError: It belongs to another training set.

    Source:
        Our own.
    """
    if earlier.digest != ledger.digest or earlier.num_classes != ledger.num_classes:
        raise DataError("the pass before trained on another annotation or other classes; start the passes anew.")
    ledger.number = earlier.number + 1
    if average:
        ledger.observations.average_with(earlier.observations, average)
    ledger.decisions = earlier.decisions.of_pass(earlier.number)
    hold(ledger, len(ledger.decisions.columns["sample"]))
    ledger.scores = {name: values.copy() for name, values in earlier.scores.items()}


def hold(ledger: Ledger, rows: int) -> None:
    """Keep the first rows of the decisions alone, and let them hold: those of the passes before.

    Args:
        ledger: The ledger; changes.
        rows: How many.
    """
    ledger.decisions.drop(np.arange(len(ledger.decisions.columns["sample"])) >= rows)
    ledger.inherited = rows
    ledger.keep, ledger.corrected_labels = ledger.decisions.outcome(ledger.labels, np.ones(rows, dtype=bool))
