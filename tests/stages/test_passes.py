"""Margins in units of the certainty, and what earlier passes saw."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Decision, Ledger, Override
from d2sp_mm.ledger.override import apply_overrides, overrides_of
from d2sp_mm.stages import FineCorrection
from d2sp_mm.stages.contradiction import contradiction

KEYS, LABELS = [f"{i}.mp4" for i in range(8)], np.array([0, 0, 0, 0, 1, 1, 1, 1])


def ledger_of(classes: int, wrong: float, epochs: int = 2) -> Ledger:
    """Sample 0 is seen as class 1 with probability ``wrong``, the others as their label with .9; the rest goes evenly."""
    ledger = Ledger(KEYS, LABELS, classes, window=epochs)
    top = np.full(len(KEYS), 0.9)
    top[0] = wrong
    seen = np.where(np.arange(len(KEYS)) == 0, 1, LABELS)
    probs = np.repeat(((1 - top) / (classes - 1))[:, None], classes, axis=1)
    probs[np.arange(len(KEYS)), seen] = top
    for epoch in range(epochs):
        ledger.observe(epoch, np.arange(len(KEYS)), probs)
    return ledger


@pytest.mark.parametrize(("relative", "min_margin", "moves"), [(False, 0.45, False), (True, 0.45, True), (True, 0.6, False)])
def test_a_relative_margin_is_in_units_of_the_median_certainty(relative, min_margin, moves):
    ledger = ledger_of(4, 0.55)
    # The margin is .55 - .15 = .4, and the median certainty .9.
    stage = FineCorrection(start=2, window=2, class_balance=0.0, min_margin=min_margin - 0.03, relative=relative)
    assert (stage.decide(ledger, 1).relabel.tolist() == [0]) == moves


def test_what_an_earlier_pass_saw_counts_as_much_as_what_this_one_sees():
    first, second = ledger_of(3, 0.8), ledger_of(3, 0.2)
    second.observations.average_with(first.observations)
    np.testing.assert_allclose(second.observations.mean_probs(2, 1)[0], [0.25, 0.5, 0.25], atol=1e-3)
    third = ledger_of(3, 0.2)
    third.observations.average_with(second.observations)
    assert third.observations.passes_before == 2
    np.testing.assert_allclose(third.observations.mean_probs(2, 1)[0], [0.3, 0.4, 0.3], atol=1e-3)
    # The class is that of the mean, though this pass alone saw another.
    found = contradiction(third, 1, 2, 0.0, LABELS)
    assert found.classes.tolist() == [1, *LABELS[1:]] and found.agreement[0] == 0
    # A sample that this pass did not see has what the others saw.
    unseen = Ledger(KEYS, LABELS, 3, window=2)
    unseen.observations.average_with(first.observations)
    np.testing.assert_allclose(unseen.observations.mean_probs(2, 1)[0], [0.1, 0.8, 0.1], atol=1e-3)


@pytest.mark.parametrize("decisions", [True, False])
def test_a_pass_goes_on_from_decisions_or_from_observations(decisions):
    first = ledger_of(3, 0.8)
    first.apply(Decision(1, "label", relabel=np.array([0]), new_labels=np.array([1]), stage="correct"))
    first.apply(Decision(1, "quality", prune=np.array([4]), stage="prune"))
    apply_overrides(first, {5: Override(False, 1)})
    second = Ledger(KEYS, LABELS, 3, window=2)
    second.go_on_from(first, decisions)
    assert (second.number, second.keep[5], second.keep[4]) == (2, False, not decisions)
    assert (second.corrected_labels[0] == 1) == decisions
    assert second.stages == ["pass_1/correct", "pass_1/prune", "override"]
    assert second.observations.passes_before == (0 if decisions else 1)
    assert overrides_of(second) == {5: Override(False, 1)}
    # Through a checkpoint, and into a third pass, whose earlier stages keep their names.
    resumed = Ledger(KEYS, LABELS, 3, window=2)
    resumed.load(second.state())
    assert (resumed.number, resumed.inherited) == (2, second.inherited)
    third = Ledger(KEYS, LABELS, 3, window=2)
    third.go_on_from(resumed, decisions=True)
    assert third.number == 3 and "pass_1/correct" in third.stages
    np.testing.assert_array_equal(third.keep, second.keep)


def test_a_pass_over_another_set_is_refused():
    with pytest.raises(DataError, match="another annotation"):
        Ledger(KEYS, LABELS[::-1], 3).go_on_from(ledger_of(3, 0.8), decisions=True)
