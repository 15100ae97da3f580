"""What holds for whatever prunes: rounds, the limits of each class, and clips that cannot be decoded."""

from __future__ import annotations

import numpy as np

from d2sp_mm.ledger import Ledger
from d2sp_mm.stages import CoarsePruning
from d2sp_mm.stages.pruning import prune_undecodable
from tests.stages.cases import MAX_EPOCHS, NUM_CLASSES, STAGES, observed_ledger

LAST = MAX_EPOCHS - 1


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
