"""A class that the model never predicts must survive correction, or the run would stop."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.ledger import Ledger
from d2sp_mm.stages import FineCorrection


def rare_ledger() -> Ledger:
    """Class 1 has three samples, and all of them are safely taken for class 0."""
    ledger = Ledger([str(i) for i in range(10)], [1, 1, 1] + [0] * 7, 2, window=2)
    sure = np.array([0.9, 0.7, 0.8] + [0.9] * 7)
    for epoch in range(2):
        ledger.observe(epoch, np.arange(10), np.stack([sure, 1 - sure], axis=1))
    return ledger


@pytest.mark.parametrize(("floor", "relabelled"), [(1, [0, 2]), (2, [0]), (3, [])])
def test_the_least_doubtful_samples_of_each_class_keep_their_label(floor, relabelled):
    ledger = rare_ledger()
    decision = FineCorrection(start=2, window=2, class_balance=0.0, class_floor=floor).decide(ledger, 1)
    assert decision.relabel.tolist() == relabelled
    ledger.apply(decision)
    assert (ledger.corrected_labels == 1).sum() == floor


def test_balancing_the_classes_doubts_the_labels_of_a_rare_class_less():
    """.7 against .3 is what the shares of the classes say already, so it says nothing of the sample."""
    plain, balanced = (FineCorrection(start=2, window=2, class_balance=b).decide(rare_ledger(), 1) for b in (0.0, 1.0))
    assert plain.relabel.tolist() == [0, 2]
    assert balanced.relabel.tolist() == [0]
    assert (balanced.scores["label_score"][:3] > plain.scores["label_score"][:3]).all()
    assert balanced.scores["label_score"][1] == pytest.approx(0.5, abs=1e-3)
    # All three are doubted without it: only the floor keeps the one.
    assert (plain.scores["label_score"][:3] < 0.31).all()


def test_a_floor_below_one_is_refused():
    with pytest.raises(ConfigError, match="class_floor=0"):
        FineCorrection(class_floor=0)
