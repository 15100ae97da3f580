"""When a stage decides, and at which epochs it looks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from d2sp_mm.ledger import Ledger
from d2sp_mm.stages import CoarsePruning, FineCorrection
from tests.stages.cases import MAX_EPOCHS, STAGES, observed_ledger

LAST = MAX_EPOCHS - 1


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


@pytest.mark.parametrize("name", ["prune-the-uncertain", "correct-over-a-share"])
def test_a_share_of_the_epochs_decides_as_that_many_epochs(name):
    by_share = STAGES[name].decide(observed_ledger(), LAST)
    by_number = dataclasses.replace(STAGES[name], window=3).decide(observed_ledger(), LAST)
    for field in ("prune", "relabel", "new_labels"):
        np.testing.assert_array_equal(getattr(by_share, field), getattr(by_number, field))
    for score, values in by_number.scores.items():
        np.testing.assert_array_equal(by_share.scores[score], values)
