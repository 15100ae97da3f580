"""What each stage finds, and its limits."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Decision, Ledger
from d2sp_mm.stages import CoarsePruning, DoubtfulLabelPruning, FineCorrection
from d2sp_mm.stages.pruning import prune_undecodable
from tests.stages.cases import MAX_EPOCHS, NUM_CLASSES, STAGES, observed_ledger

LAST = MAX_EPOCHS - 1


@pytest.mark.parametrize("name", ["prune-weight", "prune-entropy", "prune-rank-sum"])
def test_pruning_takes_the_corrupted_first(name):
    stage = dataclasses.replace(STAGES[name], rate=0.1)
    assert stage.decide(observed_ledger(), LAST).prune.tolist() == list(range(6))


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


def test_rounds_reach_the_rate_step_by_step():
    stage, ledger = STAGES["prune-in-rounds"], observed_ledger()
    ledger.apply(stage.decide(ledger, LAST, progress=0.5))
    assert (~ledger.keep).sum() == 6
    ledger.apply(stage.decide(ledger, LAST, progress=1.0))
    assert (~ledger.keep).sum() == 12


@pytest.mark.parametrize("score", ["weight", "entropy", "rank_sum"])
def test_what_the_model_is_sure_of_stays_whatever_the_rate(score):
    stage = CoarsePruning(start=3, window=2, rate=0.5, score=score, class_cap=1.0)
    assert len(stage.decide(observed_ledger(), LAST).prune) == 30
    assert dataclasses.replace(stage, max_of_median=0.5).decide(observed_ledger(), LAST).prune.tolist() == list(range(6))
    assert not len(dataclasses.replace(stage, max_of_median=1e-9).decide(observed_ledger(), LAST).prune)


@pytest.mark.parametrize(("window", "epoch", "expected"), [(2, 5, 2), (0.5, 5, 3), (0.5, 0, 1), (1.0, 5, 6), (0.01, 5, 1)])
def test_a_window_is_a_number_of_epochs_or_a_share_of_those_so_far(window, epoch, expected):
    assert FineCorrection(window=window).last_epochs(epoch) == expected


def test_a_late_decision_looks_at_no_more_than_is_kept():
    ledger = Ledger(["a", "b"], [0, 1], 2, window=3)
    assert [FineCorrection(window=w).looks_at(ledger, 9) for w in (0.5, 1.0, 2)] == [3, 3, 2]


@pytest.mark.parametrize("max_epochs", range(10, 300))
def test_shares_meet_where_their_sums_do(max_epochs):
    correct = FineCorrection(start=0.3, rounds=4, interval=0.1, window=0.5).decision_epochs(max_epochs)
    assert correct[-1] == CoarsePruning(start=0.6, window=0.5).decision_epochs(max_epochs)[0]
    assert list(correct) == sorted(set(correct))


def test_shares_are_rounded_to_the_nearest_epoch():
    """Of 28 epochs .3, .4, .5 and .6 are 8.4, 11.2, 14 and 16.8."""
    assert FineCorrection(start=0.3, rounds=4, interval=0.1).decision_epochs(28) == (7, 10, 13, 16)


def test_a_bound_puts_no_other_clip_in_the_place_of_one_that_stays():
    """The lowest weights belong to sure clips, which stay; the unsure ones are not among the lowest."""
    ledger = observed_ledger()
    for epoch in range(MAX_EPOCHS):
        weights = np.where(np.arange(60) >= 54, 0.1, 0.9)
        ledger.observe(epoch, np.arange(60), ledger.observations.mean_probs(1, epoch), weights)
    stage = CoarsePruning(start=3, window=2, rate=0.1, score="weight", class_cap=1.0)
    assert stage.decide(ledger, LAST).prune.tolist() == list(range(54, 60))
    assert not len(dataclasses.replace(stage, max_of_median=0.5).decide(ledger, LAST).prune)


@pytest.mark.parametrize("name", ["prune-the-uncertain", "correct-over-a-share"])
def test_a_share_of_the_epochs_decides_as_that_many_epochs(name):
    by_share = STAGES[name].decide(observed_ledger(), LAST)
    by_number = dataclasses.replace(STAGES[name], window=3).decide(observed_ledger(), LAST)
    for field in ("prune", "relabel", "new_labels"):
        np.testing.assert_array_equal(getattr(by_share, field), getattr(by_number, field))
    for score, values in by_number.scores.items():
        np.testing.assert_array_equal(by_share.scores[score], values)


def test_cap_and_floor_hold_for_every_class():
    stage = CoarsePruning(start=3, window=2, rate=0.5, score="entropy", class_cap=0.1, class_floor=19)
    ledger = observed_ledger()
    ledger.apply(stage.decide(ledger, LAST))
    left = np.bincount(ledger.labels[ledger.keep], minlength=NUM_CLASSES)
    assert left.tolist() == [19, 19, 19]


def test_weights_are_needed_unless_entropy_alone_decides():
    assert [CoarsePruning(score=s).uses_weights for s in ("weight", "entropy", "rank_sum")] == [True, False, True]


@pytest.mark.parametrize("agree", [True, False])
def test_weights_that_contradict_the_entropy_about_the_worst_are_left_out_and_that_is_said(agree):
    ledger = observed_ledger()
    if not agree:
        for epoch in range(MAX_EPOCHS):
            probs = ledger.observations.mean_probs(1, epoch)
            weights = np.where(np.arange(len(ledger)) < 6, 0.9, 0.2)
            ledger.observe(epoch, np.arange(len(ledger)), probs, weights)
    decision = dataclasses.replace(STAGES["prune-rank-sum"], rate=0.1).decide(ledger, LAST)
    assert ("by the entropy alone" in decision.warning) == (not agree)
    assert decision.prune.tolist() == list(range(6))


def test_what_fails_in_fewer_epochs_than_tolerated_is_kept():
    ledger = Ledger(list("abcde"), [0, 0, 0, 1, 1], 2, window=4)
    for epoch in range(4):
        # Fails in no, one, two, three, four epochs of four.
        failed = np.array([sample for sample in range(5) if epoch < sample])
        seen = np.setdiff1d(np.arange(5), failed)
        ledger.observe(epoch, seen, np.tile([0.9, 0.1], (len(seen), 1)), undecodable=failed)
    for tolerance, pruned in ((0.0, [1, 2, 4]), (0.25, [2, 4]), (0.5, [4]), (0.75, [4]), (1.0, [4])):
        # The class of the last two keeps the one that failed less.
        assert prune_undecodable(ledger, 3, tolerance=tolerance).prune.tolist() == pruned


def test_what_never_decodes_is_pruned_without_limit_but_for_the_last_of_a_class():
    ledger = Ledger([str(i) for i in range(10)], [0] * 7 + [1] * 3, 2, window=2)
    broken = np.array([0, 1, 2, 3, 7, 8, 9])
    for epoch in range(2):
        # Number 3 could be read once, which is tolerated here.
        seen = np.array([4, 5, 6] if epoch else [3, 4, 5, 6])
        ledger.observe(epoch, seen, np.tile([0.9, 0.1], (len(seen), 1)), undecodable=np.setdiff1d(broken, seen))
    decision = prune_undecodable(ledger, 1, tolerance=0.5)
    assert decision.prune.tolist() == [0, 1, 2, 7, 8]
    ledger.apply(decision)
    assert ledger.scores["quality_score"][[0, 1, 2, 7, 8, 9]].tolist() == [0] * 6
    # They count towards the rate of the stage that follows.
    assert not len(CoarsePruning(start=2, window=2, rate=0.3, score="entropy").decide(ledger, 1).prune)
    assert not len(prune_undecodable(ledger, 1, tolerance=0.5).prune)


def test_a_sample_that_was_not_drawn_is_not_undecodable():
    ledger = Ledger(["a", "b"], [0, 1], 2)
    ledger.observe(0, np.array([0]), np.array([[0.5, 0.5]]))
    assert not len(prune_undecodable(ledger, 0).prune)


@pytest.mark.parametrize(("entropy_of", "pruned"), [("each", [1]), ("mean", [0])])
def test_entropy_of_each_epoch_or_of_their_mean(entropy_of, pruned):
    """Sample 0 is sure of another class in each epoch, sample 1 unsure in all."""
    ledger = Ledger([str(i) for i in range(10)], np.arange(10) % 2, 2, window=2)
    for epoch in range(2):
        probs = np.tile([0.95, 0.05], (10, 1))
        probs[0] = [1, 0] if epoch else [0, 1]
        probs[1] = [0.6, 0.4]
        ledger.observe(epoch, np.arange(10), probs)
    stage = CoarsePruning(start=2, window=2, rate=0.1, score="entropy", entropy_of=entropy_of)
    assert stage.decide(ledger, 1).prune.tolist() == pruned


def test_balancing_the_classes_spares_the_uncertain_of_a_rare_class():
    """A clip predicted as the shares of the classes says nothing; a rare clip at even odds says a lot."""
    labels = np.array([0] * 9 + [1] * 3)
    probs = np.tile([0.99, 0.01], (12, 1))
    probs[0], probs[9] = [0.75, 0.25], [0.5, 0.5]
    pruned = {}
    for balance in (0.0, 1.0):
        ledger = Ledger([str(i) for i in range(12)], labels, 2)
        ledger.observe(0, np.arange(12), probs)
        stage = CoarsePruning(start=1, window=1, rate=0.1, score="entropy", class_balance=balance, class_cap=0.5)
        pruned[balance] = stage.decide(ledger, 0).prune.tolist()
    assert pruned == {0.0: [9], 1.0: [0]}


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


def test_emptying_a_class_is_refused_and_leaves_the_ledger_whole():
    ledger = Ledger(["a", "b"], [0, 1], 2)
    with pytest.raises(DataError, match="class 1"):
        ledger.apply(Decision(0, "label", relabel=np.array([1]), new_labels=np.array([0])))
    assert ledger.corrected_labels.tolist() == [0, 1]
