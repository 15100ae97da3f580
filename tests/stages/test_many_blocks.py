"""Stages look at some thousand samples at a time; what they say of all is what the formulae say of all at once."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest

from d2sp_mm.functional.certainty import balance_probs, certainty
from d2sp_mm.functional.stability import contradiction_margin, label_score, modal_prediction
from d2sp_mm.ledger import Ledger, packing
from d2sp_mm.stages import CoarsePruning, FineCorrection
from d2sp_mm.stages.contradiction import contradiction
from d2sp_mm.stages.purifier import undertrained_warning

N, CLASSES, EPOCHS = 20_000, 3, 3


@pytest.fixture(scope="module", params=[0, 10**6], ids=["packed", "halves"])
def ledger(request):
    rng = np.random.default_rng(0)
    labels = rng.choice(CLASSES, N, p=[0.6, 0.3, 0.1])
    with mock.patch.object(packing, "MOST_HALVES", request.param):
        found = Ledger([f"{i}.mp4" for i in range(N)], labels, CLASSES, EPOCHS)
    for epoch in range(EPOCHS):
        seen = np.flatnonzero(rng.random(N) < 0.9)
        alpha = np.ones((len(seen), CLASSES))
        alpha[np.arange(len(seen)), labels[seen]] = 1.5
        gamma = rng.gamma(alpha)
        found.observe(epoch, seen, (gamma / gamma.sum(axis=1, keepdims=True)).astype(np.float32))
    return found


@pytest.mark.parametrize("entropy_of", ["each", "mean"])
def test_certainty(ledger, entropy_of):
    stage = CoarsePruning(start=EPOCHS, window=EPOCHS, score="entropy", entropy_of=entropy_of, class_cap=1.0)
    each, counts = list(ledger.observations.epoch_probs(EPOCHS, EPOCHS - 1)), ledger.class_frequencies
    with np.errstate(invalid="ignore"):
        rows = [np.nanmean(each, axis=0)] if entropy_of == "mean" else each
        expected = np.nanmean([certainty(balance_probs(row, counts)) for row in rows], axis=0)
    found = stage.decide(ledger, EPOCHS - 1).scores["quality_score"]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_contradiction_and_the_labels_that_it_changes(ledger):
    doubted = np.roll(ledger.labels, 1)
    found = contradiction(ledger, EPOCHS - 1, EPOCHS, 1.0, ledger.labels, doubted)
    classes, agreement, margins = found.classes, found.agreement, found.margins
    predictions = ledger.observations.predictions(EPOCHS, EPOCHS - 1)
    wanted, share = modal_prediction(predictions, CLASSES)
    np.testing.assert_array_equal(classes, wanted)
    np.testing.assert_array_equal(agreement, share)
    probs = balance_probs(ledger.observations.mean_probs(EPOCHS, EPOCHS - 1), ledger.class_frequencies)
    for row, labels in zip(margins, (ledger.labels, doubted)):
        np.testing.assert_allclose(row, contradiction_margin(probs, labels, wanted), atol=1e-12)
    decision = FineCorrection(start=EPOCHS, window=EPOCHS, min_margin=0.1).decide(ledger, EPOCHS - 1)
    np.testing.assert_allclose(decision.scores["label_score"], label_score(margins[0]))
    assert len(decision.relabel) > 100


def test_whether_the_model_has_learned_enough(ledger):
    predictions = ledger.observations.predictions(EPOCHS, EPOCHS - 1)
    agreement = (predictions == ledger.labels)[predictions >= 0].mean()
    # The largest class has .6, so .7 is needed, and the labels were made likely enough for less.
    assert agreement < 0.7
    assert f"{agreement:.0%}" in undertrained_warning(ledger, EPOCHS - 1, EPOCHS)
