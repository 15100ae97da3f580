"""The formulae against brute force, and their ranges."""

from __future__ import annotations

import doctest
import importlib
import math
import pkgutil

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import d2sp_mm.functional
from d2sp_mm.functional.certainty import balance_probs, certainty, mean_of_seen
from d2sp_mm.functional.ranks import ascending, fractional_ranks, joint_ranks, lowest, tail_rank
from d2sp_mm.functional.schedule import proportional_steps
from d2sp_mm.functional.scn import rank_regularization, weigh_scores
from d2sp_mm.functional.selection import class_capacity, select_lowest
from d2sp_mm.functional.stability import contradiction_margin, label_score, modal_prediction

MODULES = [m.name for m in pkgutil.iter_modules(d2sp_mm.functional.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    result = doctest.testmod(importlib.import_module(f"d2sp_mm.functional.{name}"))
    assert result.attempted > 0
    assert result.failed == 0


def random_probs(seed, n, c):
    return np.random.default_rng(seed).dirichlet(np.ones(c), size=n)


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


@given(
    arrays(np.float64, 20, elements=st.floats(0, 1)),
    arrays(np.int64, 20, elements=st.integers(0, 2)),
    st.integers(0, 25),
    st.lists(st.integers(0, 6), min_size=3, max_size=3),
)
def test_select_lowest_keeps_its_promises(scores, labels, count, room):
    taken = select_lowest(scores, labels, count, room)
    lowest = sorted(range(20), key=lambda i: (scores[i], i))[:count]
    expected = []
    for c in range(3):
        expected += [i for i in lowest if labels[i] == c][: room[c]]
    assert taken.tolist() == sorted(expected)


def test_tail_rank_sees_agreement_chance_and_contradiction():
    rng = np.random.default_rng(0)
    reference = fractional_ranks(rng.random(1000))
    assert tail_rank(reference, reference, 0.1) == pytest.approx(0.05, abs=0.001)
    assert tail_rank(1 - reference, reference, 0.1) == pytest.approx(0.95, abs=0.001)
    assert tail_rank(rng.random(1000), reference, 0.1) == pytest.approx(0.5, abs=0.1)
    assert np.isnan(tail_rank([np.nan], [1.0], 0.5))


def test_select_lowest_never_takes_the_unscored():
    assert select_lowest([np.nan, 0.5], [0, 0], 2, [5]).tolist() == [1]


def test_class_room_respects_what_is_gone():
    assert class_capacity([10, 10, 2], [3, 5, 0], cap=0.4, floor=2).tolist() == [1, 0, 0]


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


@given(st.integers(1, 60), st.integers(1, 60))
def test_proportional_steps_add_up(short, full):
    steps = [proportional_steps(i, short, full) for i in range(short)]
    assert sum(steps) == full
    assert max(steps) - min(steps) <= 1


def test_rank_regularization_equals_the_definition():
    weights = torch.rand(10, generator=torch.Generator().manual_seed(0))
    ordered = sorted(weights.tolist(), reverse=True)
    expected = max(0.0, 0.4 - (sum(ordered[:7]) / 7 - sum(ordered[7:]) / 3))
    assert rank_regularization(weights, 0.7, 0.4).item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_rank_regularization_of_tiny_batches_is_finite(n):
    weights = torch.rand(n, requires_grad=True)
    value = rank_regularization(weights, 0.7, 0.07)
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(weights.grad).all()


def test_weight_one_leaves_scores_bit_for_bit():
    scores = torch.randn(8, 5)
    assert torch.equal(weigh_scores(scores, torch.ones(8)), scores)


@given(arrays(np.float32, 30, elements=st.floats(-2, 2, width=32)))
def test_radix_sort_is_a_stable_sort(scores):
    assert ascending(scores).tolist() == np.argsort(scores, kind="stable").tolist()


@given(arrays(np.float64, 20, elements=st.integers(0, 6).map(float)), st.integers(-1, 25))
def test_lowest_are_the_first_of_a_stable_sort(scores, count):
    assert lowest(scores, count).tolist() == np.argsort(scores, kind="stable")[: max(count, 0)].tolist()


@given(arrays(np.float64, (4, 5), elements=st.one_of(st.floats(0, 1), st.just(np.nan))))
def test_mean_of_seen_is_the_mean_of_what_is_not_nan(rows):
    rows[1] = 0.5
    np.testing.assert_allclose(mean_of_seen(rows, (5,)), np.nanmean(rows, axis=0))
    assert np.isnan(mean_of_seen(rows[:0], (5,))).all()
