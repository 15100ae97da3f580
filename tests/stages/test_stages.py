"""What each stage finds, and its limits."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Decision, Ledger
from d2sp_mm.stages import CoarsePruning, FineCorrection
from tests.stages.cases import MAX_EPOCHS, NUM_CLASSES, STAGES, observed_ledger

LAST = MAX_EPOCHS - 1


@pytest.mark.parametrize("name", ["prune-weight", "prune-entropy", "prune-rank-sum"])
def test_pruning_takes_the_spoiled_first(name):
    stage = dataclasses.replace(STAGES[name], rate=0.1)
    assert stage.decide(observed_ledger(), LAST).prune.tolist() == list(range(6))


def test_correction_takes_the_mislabelled_to_their_class():
    ledger = observed_ledger()
    decision = STAGES["correct"].decide(ledger, LAST)
    assert decision.relabel.tolist() == list(range(6, 12))
    assert decision.new_labels.tolist() == [(i + 1) % NUM_CLASSES for i in range(6, 12)]


def test_rounds_reach_the_rate_step_by_step():
    stage, ledger = STAGES["prune-in-rounds"], observed_ledger()
    ledger.apply(stage.decide(ledger, LAST, progress=0.5))
    assert (~ledger.keep).sum() == 6
    ledger.apply(stage.decide(ledger, LAST, progress=1.0))
    assert (~ledger.keep).sum() == 12


def test_cap_and_floor_hold_for_every_class():
    stage = CoarsePruning(start=3, window=2, rate=0.5, score="entropy", class_cap=0.1, class_floor=19)
    ledger = observed_ledger()
    ledger.apply(stage.decide(ledger, LAST))
    left = np.bincount(ledger.labels[ledger.keep], minlength=NUM_CLASSES)
    assert left.tolist() == [19, 19, 19]


def test_weights_are_needed_unless_entropy_alone_decides():
    assert [CoarsePruning(score=s).uses_weights for s in ("weight", "entropy", "rank_sum")] == [True, False, True]


@pytest.mark.parametrize(("agree", "rule"), [(True, "prune_by_rank_sum"), (False, "prune_by_entropy")])
def test_weights_that_contradict_the_entropy_about_the_worst_are_left_out(agree, rule):
    ledger = observed_ledger()
    if not agree:
        for epoch in range(MAX_EPOCHS):
            probs = ledger.observations.mean_probs(1, epoch)
            weights = np.where(np.arange(len(ledger)) < 6, 0.9, 0.2)
            ledger.observe(epoch, np.arange(len(ledger)), probs, weights)
    decision = dataclasses.replace(STAGES["prune-rank-sum"], rate=0.1).decide(ledger, LAST)
    assert decision.rule == rule
    assert decision.prune.tolist() == list(range(6))


def test_undecodable_clips_are_pruned_first():
    ledger = Ledger([str(i) for i in range(10)], np.arange(10) % 2, 2, window=1)
    seen = np.arange(1, 10)
    ledger.observe(0, seen, np.tile([0.9, 0.1], (9, 1)), np.full(9, 0.5), undecodable=np.array([0]))
    stage = CoarsePruning(start=1, window=1, rate=0.1, score="weight")
    assert stage.decide(ledger, 0).prune.tolist() == [0]


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
    stage = FineCorrection(start=2, window=2, min_margin=0.2)
    assert (0 in stage.decide(ledger, 1).relabel) == corrected


def test_emptying_a_class_is_refused_and_leaves_the_ledger_whole():
    ledger = Ledger(["a", "b"], [0, 1], 2)
    with pytest.raises(DataError, match="class 1"):
        ledger.apply(Decision("rule", 0, relabel=np.array([1]), new_labels=np.array([0])))
    assert ledger.corrected_labels.tolist() == [0, 1]
