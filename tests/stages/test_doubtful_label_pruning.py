"""Doubtful labels go, sure ones are corrected before."""

from __future__ import annotations

import dataclasses

import numpy as np

from d2sp_mm.ledger import Decision, Ledger
from d2sp_mm.stages import DoubtfulLabelPruning, FineCorrection


def _contradicted(margins: list[float]) -> Ledger:
    """Two classes of ten; the first samples of class 0 are predicted as class 1 by these margins, all others as labelled."""
    ledger = Ledger([str(i) for i in range(20)], [0] * 10 + [1] * 10, 2, window=1)
    other = np.full(20, 0.1)
    other[: len(margins)] = 0.5 + np.array(margins) / 2
    other[10:] = 0.9
    ledger.observe(0, np.arange(20), np.stack([1 - other, other], axis=1))
    return ledger


def test_what_is_doubtful_goes_and_what_is_sure_is_corrected_before():
    correct = FineCorrection(start=1, window=1, min_margin=0.3, class_balance=0.0)
    drop = DoubtfulLabelPruning(start=1, window=1, min_margin=0.15, class_balance=0.0)
    ledger = _contradicted([0.5, 0.25, 0.2, 0.1])
    assert drop.decide(ledger, 0).prune.tolist() == [0, 1, 2]
    ledger.apply(correct.decide(ledger, 0))
    assert ledger.corrected_labels.tolist() == [1] + [0] * 9 + [1] * 10
    ledger.apply(drop.decide(ledger, 0))
    assert np.flatnonzero(~ledger.keep).tolist() == [1, 2]
    # The most doubtful go first, and what is pruned counts.
    assert dataclasses.replace(drop, rate=0.05).decide(_contradicted([0.2, 0.25]), 0).prune.tolist() == [1]
    assert dataclasses.replace(drop, class_cap=0.1).decide(_contradicted([0.2, 0.25]), 0).prune.tolist() == [1]
    assert not len(drop.decide(_contradicted([]), 0).prune)
    spent = _contradicted([0.2, 0.25])
    spent.apply(Decision(0, "quality", prune=np.array([15])))
    assert not len(dataclasses.replace(drop, rate=0.05).decide(spent, 0).prune)
    # What it went by is the present label's score, and stands in the history.
    np.testing.assert_allclose(ledger.decisions.columns["score"][-2:], [(1 - 0.25) / 2, (1 - 0.2) / 2], atol=1e-3)
