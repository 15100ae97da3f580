"""Ranks against counting and a stable sort."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from d2sp_mm.functional.ranks import ascending, fractional_ranks, joint_ranks, lowest, spearman, tail_rank


@given(*[arrays(np.float32, 12, elements=st.floats(-1, 1, width=32))] * 2)
def test_joint_ranks_equal_counting(a, b):
    def rank(column, i):
        return (sum(x < column[i] for x in column) + (sum(x == column[i] for x in column) - 1) / 2) / 11

    expected = [(rank(a, i) + rank(b, i)) / 2 for i in range(12)]
    np.testing.assert_allclose(joint_ranks(a, b).mean(axis=0), expected, atol=1e-12)


@given(arrays(np.float32, 9, elements=st.floats(0, 1, width=32)), st.permutations(range(9)))
def test_joint_ranks_follow_permutations(scores, order):
    np.testing.assert_allclose(joint_ranks(scores)[0][list(order)], joint_ranks(scores[list(order)])[0])


def test_joint_ranks_leave_nan_out():
    result = joint_ranks([0.1, np.nan, 0.3], [1.0, 0.0, 2.0]).mean(axis=0)
    assert np.isnan(result[1])
    np.testing.assert_allclose(result[[0, 2]], [0, 1])


def test_tail_rank_sees_agreement_chance_and_contradiction():
    rng = np.random.default_rng(0)
    reference = fractional_ranks(rng.random(1000))
    assert tail_rank(reference, reference, 0.1) == pytest.approx(0.05, abs=0.001)
    assert tail_rank(1 - reference, reference, 0.1) == pytest.approx(0.95, abs=0.001)
    assert tail_rank(rng.random(1000), reference, 0.1) == pytest.approx(0.5, abs=0.1)
    assert np.isnan(tail_rank([np.nan], [1.0], 0.5))


@given(arrays(np.float32, 30, elements=st.floats(-2, 2, width=32)))
def test_radix_sort_is_a_stable_sort(scores):
    assert ascending(scores).tolist() == np.argsort(scores, kind="stable").tolist()


@given(arrays(np.float64, 20, elements=st.integers(0, 6).map(float)), st.integers(-1, 25))
def test_lowest_are_the_first_of_a_stable_sort(scores, count):
    assert lowest(scores, count).tolist() == np.argsort(scores, kind="stable")[: max(count, 0)].tolist()


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([0.1, 0.2, 0.3], [0.5, 0.6, 0.9], 1.0),
        ([0.1, 0.2, np.nan, 0.3], [0.9, 0.6, 0.7, 0.5], -1.0),
        ([0.1, 0.2, np.nan], [0.5, np.nan, 0.9], None),
        ([0.5, 0.5, 0.5], [0.1, 0.2, 0.3], None),
        ([0.1, 0.2, 0.3], [0.5, 0.5, 0.5], None),
    ],
)
def test_rank_agreement(before, now, expected):
    assert spearman(np.array(before), np.array(now)) == (None if expected is None else pytest.approx(expected))
