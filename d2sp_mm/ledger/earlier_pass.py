"""A ledger that goes on from that of an earlier pass."""

from __future__ import annotations

import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.ledger.ledger import Ledger

#: A pass that contradicts fewer of the given labels has fitted the noise as well. Plain passes at .6 of the schedule
#: contradicted 0 and 2 % of the labels of 310 skeletons of which a quarter was wrong (two networks), 7 % of a clean toy set,
#: 17 % of clean stills.
_FEWEST_CONTRADICTED = 0.05


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


def has_memorised(ledger: Ledger, last: int) -> bool:
    """Whether a pass has fitted next to all labels, the wrong ones with them, so that what it saw tells nothing of them.

    Args:
        ledger: The ledger of the pass.
        last: How many of its last epochs are looked at.

    Returns:
        Whether the mean predictions of fewer than 5 % of the kept samples contradict their given labels; False where
        nothing was seen.

    Source:
        Our own. ADELE (CVPR 2022) reads the end of early learning off the fit to the labels; this asks at a pass's end
        whether it came before the pass looked.
    """
    epochs = ledger.observations.epochs
    if not epochs:
        return False
    means = ledger.observations.mean_probs(last, epochs[-1])
    seen = ledger.keep & ~np.isnan(means[:, 0])
    # What it corrected counts as well: then it has not fitted what it was given.
    contradicted = np.nan_to_num(means).argmax(axis=1) != ledger.labels
    return bool(seen.any() and contradicted[seen].mean() < _FEWEST_CONTRADICTED)


def hold(ledger: Ledger, rows: int) -> None:
    """Keep the first rows of the decisions alone, and let them hold: those of the passes before.

    Args:
        ledger: The ledger; changes.
        rows: How many.
    """
    ledger.decisions.drop(np.arange(len(ledger.decisions.columns["sample"])) >= rows)
    ledger.inherited = rows
    ledger.keep, ledger.corrected_labels = ledger.decisions.outcome(ledger.labels, np.ones(rows, dtype=bool))
