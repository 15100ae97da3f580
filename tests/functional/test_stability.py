"""Modal predictions and margins against counting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2sp_mm.functional.stability import contradiction_margin, label_score, modal_prediction
from tests.functional.random_probs import random_probs


@given(st.integers(0, 500), st.integers(1, 8), st.integers(1, 15), st.integers(2, 6))
def test_modal_prediction_equals_counting(seed, epochs, n, c):
    predictions = np.random.default_rng(seed).integers(-1, c, size=(epochs, n))
    classes, agreement = modal_prediction(predictions, c)
    for i in range(n):
        counts = [sum(predictions[:, i] == k) for k in range(c)]
        assert classes[i] == counts.index(max(counts))
        assert agreement[i] == pytest.approx(max(counts) / epochs)


@given(st.integers(0, 500), st.integers(1, 15), st.integers(2, 6))
def test_margin_equals_the_definition(seed, n, c):
    rng = np.random.default_rng(seed)
    probs, labels, classes = random_probs(seed, n, c), rng.integers(0, c, n), rng.integers(0, c, n)
    margins = contradiction_margin(probs, labels, classes)
    for i in range(n):
        rival = probs[i, classes[i]]
        if classes[i] == labels[i]:
            rival = max(probs[i, k] for k in range(c) if k != labels[i])
        assert margins[i] == pytest.approx(rival - probs[i, labels[i]])
    scores = label_score(margins)
    assert ((scores >= 0) & (scores <= 1)).all()
