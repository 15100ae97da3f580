"""What fine correction relabels, in classes large and rare."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.ledger import Ledger
from d2sp_mm.stages import FineCorrection
from tests.stages.cases import MAX_EPOCHS, NUM_CLASSES, STAGES, observed_ledger

LAST = MAX_EPOCHS - 1


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


def test_correction_takes_the_mislabelled_to_their_class():
    ledger = observed_ledger()
    decision = STAGES["correct"].decide(ledger, LAST)
    assert decision.relabel.tolist() == list(range(6, 12))
    assert decision.new_labels.tolist() == [(i + 1) % NUM_CLASSES for i in range(6, 12)]


def test_a_later_round_takes_back_what_the_model_no_longer_holds():
    stage, ledger = FineCorrection(start=3, rounds=2, window=3), observed_ledger()
    ledger.apply(stage.decide(ledger, LAST))
    assert ledger.corrected_labels[6] == (ledger.labels[6] + 1) % NUM_CLASSES
    for epoch in range(LAST + 1, LAST + 4):
        probs = ledger.observations.mean_probs(1, LAST)
        probs[6] = np.where(np.arange(NUM_CLASSES) == ledger.labels[6], 0.9, 0.05)
        ledger.observe(epoch, np.arange(len(ledger)), probs)
    decision = stage.decide(ledger, LAST + 3)
    assert (decision.relabel.tolist(), decision.new_labels.tolist()) == ([6], [ledger.labels[6]])


def test_the_list_of_decisions_holds_the_score_that_was_decided_by():
    """A second relabel is decided by the trust in the label of the first, not in the given one."""
    ledger = Ledger(["a", *"bcdefghij"], [0] + [0, 1, 2] * 3, 3, window=1)
    others = np.eye(3)[ledger.labels[1:]] * 0.97 + 0.01
    stage = FineCorrection(start=1, window=1, rounds=2, interval=1, class_balance=0.0)
    for epoch, row in enumerate(([0.1, 0.8, 0.1], [0.4, 0.05, 0.55])):
        ledger.observe(epoch, np.arange(10), np.vstack([row, others]))
        ledger.apply(stage.decide(ledger, epoch))
    assert ledger.corrected_labels[0] == 2
    np.testing.assert_allclose(ledger.decisions.columns["score"], [(1 - 0.7) / 2, (1 - 0.5) / 2], atol=1e-3)
    assert ledger.scores["label_score"][0] == pytest.approx((1 - 0.15) / 2, abs=1e-3)


def test_a_gap_in_the_window_is_not_stable():
    ledger = Ledger(["a", "b"], [0, 0], 2, window=2)
    probs = np.array([[0.0, 1.0], [0.0, 1.0]])
    ledger.observe(0, np.array([0]), probs[:1])
    ledger.observe(1, np.array([0, 1]), probs)
    assert FineCorrection(start=2, window=2).decide(ledger, 1).relabel.tolist() == [0]


@pytest.mark.parametrize(("margin", "corrected"), [(0.19, False), (0.21, True)])
def test_margin_decides(margin, corrected):
    ledger = Ledger(["a", "b", "c"], [0, 1, 0], 2, window=2)
    p = (1 + margin) / 2
    for epoch in range(2):
        ledger.observe(epoch, np.arange(3), np.array([[1 - p, p], [0.5, 0.5], [0.9, 0.1]]))
    stage = FineCorrection(start=2, window=2, class_balance=0.0, min_margin=0.2)
    assert (0 in stage.decide(ledger, 1).relabel) == corrected
