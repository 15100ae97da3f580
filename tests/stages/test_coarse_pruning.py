"""What coarse pruning takes, and its limits."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from d2sp_mm.functional.certainty import balance_probs, certainty
from d2sp_mm.ledger import Ledger
from d2sp_mm.stages import CoarsePruning
from tests.stages.cases import MAX_EPOCHS, STAGES, observed_ledger
from tests.stages.many_samples import EPOCHS

LAST = MAX_EPOCHS - 1


@pytest.mark.parametrize("name", ["prune-weight", "prune-entropy", "prune-rank-sum"])
def test_pruning_takes_the_corrupted_first(name):
    stage = dataclasses.replace(STAGES[name], rate=0.1)
    assert stage.decide(observed_ledger(), LAST).prune.tolist() == list(range(6))


@pytest.mark.parametrize("score", ["weight", "entropy", "rank_sum"])
def test_what_the_model_is_sure_of_stays_whatever_the_rate(score):
    stage = CoarsePruning(start=3, window=2, rate=0.5, score=score, class_cap=1.0)
    assert len(stage.decide(observed_ledger(), LAST).prune) == 30
    assert dataclasses.replace(stage, max_of_median=0.5).decide(observed_ledger(), LAST).prune.tolist() == list(range(6))
    assert not len(dataclasses.replace(stage, max_of_median=1e-9).decide(observed_ledger(), LAST).prune)


def test_a_bound_puts_no_other_clip_in_the_place_of_one_that_stays():
    """The lowest weights belong to sure clips, which stay; the unsure ones are not among the lowest."""
    ledger = observed_ledger()
    for epoch in range(MAX_EPOCHS):
        weights = np.where(np.arange(60) >= 54, 0.1, 0.9)
        ledger.observe(epoch, np.arange(60), ledger.observations.mean_probs(1, epoch), weights)
    stage = CoarsePruning(start=3, window=2, rate=0.1, score="weight", class_cap=1.0)
    assert stage.decide(ledger, LAST).prune.tolist() == list(range(54, 60))
    assert not len(dataclasses.replace(stage, max_of_median=0.5).decide(ledger, LAST).prune)


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


@pytest.mark.parametrize("entropy_of", ["each", "mean"])
def test_certainty_of_many_samples_is_that_of_all_at_once(large_ledger, entropy_of):
    stage = CoarsePruning(start=EPOCHS, window=EPOCHS, score="entropy", entropy_of=entropy_of, class_cap=1.0)
    each, counts = list(large_ledger.observations.epoch_probs(EPOCHS, EPOCHS - 1)), large_ledger.class_frequencies
    with np.errstate(invalid="ignore"):
        rows = [np.nanmean(each, axis=0)] if entropy_of == "mean" else each
        expected = np.nanmean([certainty(balance_probs(row, counts)) for row in rows], axis=0)
    found = stage.decide(large_ledger, EPOCHS - 1).scores["quality_score"]
    np.testing.assert_allclose(found, expected, atol=1e-5)
