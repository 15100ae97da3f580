"""Stages look at some thousand samples at a time; what they say of all is what the formulae say of all at once."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.functional.certainty import balance_probs
from d2sp_mm.functional.stability import contradiction_margin, label_score, modal_prediction
from d2sp_mm.ledger import Ledger
from d2sp_mm.stages import FineCorrection
from d2sp_mm.stages.contradiction import contradiction
from tests.stages.many_samples import CLASSES, EPOCHS


def test_contradiction_of_many_samples_and_the_labels_that_it_changes(large_ledger):
    doubted = np.roll(large_ledger.labels, 1)
    found = contradiction(large_ledger, EPOCHS - 1, EPOCHS, 1.0, large_ledger.labels, doubted)
    classes, agreement, margins = found.classes, found.agreement, found.margins
    predictions = large_ledger.observations.predictions(EPOCHS, EPOCHS - 1)
    wanted, share = modal_prediction(predictions, CLASSES)
    np.testing.assert_array_equal(classes, wanted)
    np.testing.assert_array_equal(agreement, share)
    probs = balance_probs(large_ledger.observations.mean_probs(EPOCHS, EPOCHS - 1), large_ledger.class_frequencies)
    for row, labels in zip(margins, (large_ledger.labels, doubted)):
        np.testing.assert_allclose(row, contradiction_margin(probs, labels, wanted), atol=1e-12)
    decision = FineCorrection(start=EPOCHS, window=EPOCHS, min_margin=0.1).decide(large_ledger, EPOCHS - 1)
    np.testing.assert_allclose(decision.scores["label_score"], label_score(margins[0]))
    assert len(decision.relabel) > 100


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
    second.observations.average_with(first.observations, 4)
    np.testing.assert_allclose(second.observations.mean_probs(2, 1)[0], [0.25, 0.5, 0.25], atol=1e-3)
    third = ledger_of(3, 0.2)
    third.observations.average_with(second.observations, 4)
    assert third.observations.passes_before == 2
    np.testing.assert_allclose(third.observations.mean_probs(2, 1)[0], [0.3, 0.4, 0.3], atol=1e-3)
    # The class is that of the mean, though this pass alone saw another.
    found = contradiction(third, 1, 2, 0.0, LABELS)
    assert found.classes.tolist() == [1, *LABELS[1:]] and found.agreement[0] == 0
    # Of an earlier pass the epochs before the last ones do not count.
    late = ledger_of(3, 0.2)
    changed = ledger_of(3, 0.8)
    changed.observe(2, np.arange(len(KEYS)), np.full((len(KEYS), 3), 1 / 3))
    late.observations.average_with(changed.observations, 1)
    np.testing.assert_allclose(late.observations.mean_probs(2, 1)[0], [11 / 30, 4 / 15, 11 / 30], atol=1e-3)
    # A sample that this pass did not see has what the others saw.
    unseen = Ledger(KEYS, LABELS, 3, window=2)
    unseen.observations.average_with(first.observations, 4)
    np.testing.assert_allclose(unseen.observations.mean_probs(2, 1)[0], [0.1, 0.8, 0.1], atol=1e-3)
