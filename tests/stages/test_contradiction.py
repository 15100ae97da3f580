"""Stages look at some thousand samples at a time; what they say of all is what the formulae say of all at once."""

from __future__ import annotations

import numpy as np

from d2sp_mm.functional.certainty import balance_probs
from d2sp_mm.functional.stability import contradiction_margin, label_score, modal_prediction
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
