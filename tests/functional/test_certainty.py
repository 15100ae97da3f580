"""Certainty and balancing against their definitions by loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from d2sp_mm.functional.certainty import balance_probs, certainty, mean_of_seen
from tests.functional.random_probs import random_probs


@given(st.integers(0, 1000), st.integers(1, 20), st.integers(2, 9))
def test_certainty_equals_entropy_by_loops(seed, n, c):
    probs = random_probs(seed, n, c)
    expected = [1 + sum(p * math.log(p) for p in row if p > 0) / math.log(c) for row in probs]
    np.testing.assert_allclose(certainty(probs), expected, atol=1e-9)


@given(st.integers(0, 1000), st.integers(1, 20), st.integers(2, 9), st.floats(0, 1))
def test_balanced_probs_equal_the_definition(seed, n, c, strength):
    probs = random_probs(seed, n, c)
    counts = np.random.default_rng(seed + 1).integers(20, 100, size=c)
    balanced = balance_probs(probs, counts, strength)
    for i in range(n):
        expected = [probs[i, k] / (counts[k] / counts.sum()) ** strength for k in range(c)]
        np.testing.assert_allclose(balanced[i], np.array(expected) / sum(expected), rtol=1e-9)


def test_balancing_equal_classes_changes_nothing_and_shares_become_uniform():
    probs = random_probs(0, 5, 3)
    np.testing.assert_allclose(balance_probs(probs, [7, 7, 7]), probs)
    np.testing.assert_allclose(balance_probs([[0.7, 0.2, 0.1]], [70, 20, 10]), np.full((1, 3), 1 / 3))
    np.testing.assert_allclose(balance_probs(probs, [1, 5, 9], strength=0.0), probs)


def test_a_class_of_a_few_samples_is_not_blown_up():
    """A certain prediction of the frequent class stays one, whether the other has none, one or two samples."""
    for few in (0, 1, 2):
        assert balance_probs([[0.995, 0.005]], [1000, few])[0, 0] > 0.9
    assert balance_probs([[0.995, 0.005]], [1000, 1])[0, 1] == pytest.approx(
        balance_probs([[0.995, 0.005]], [1000, 2])[0, 1], rel=0.01
    )


def test_a_class_without_samples_is_not_blown_up():
    balanced = balance_probs([[0.5, 0.49, 0.01]], [100, 100, 0])
    assert balanced[0, 2] == pytest.approx(0.01)
    assert np.isnan(balance_probs([[np.nan, np.nan]], [1, 1])).all()


def test_certainty_of_half_precision_stays_in_range():
    probs = np.eye(3, dtype=np.float16) * np.float16(0.9995)
    assert (certainty(probs) <= 1).all()
    assert (certainty(np.full((2, 5), 1 / 5, dtype=np.float16)) >= 0).all()


@given(arrays(np.float64, (4, 5), elements=st.one_of(st.floats(0, 1), st.just(np.nan))))
def test_mean_of_seen_is_the_mean_of_what_is_not_nan(rows):
    rows[1] = 0.5
    np.testing.assert_allclose(mean_of_seen(rows, (5,)), np.nanmean(rows, axis=0))
    assert np.isnan(mean_of_seen(rows[:0], (5,))).all()
