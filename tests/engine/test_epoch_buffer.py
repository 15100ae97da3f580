"""What an epoch gathers: each sample once, by its own number."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from d2sp_mm.engine.epoch_buffer import EpochBuffer
from d2sp_mm.errors import DataError
from d2sp_mm.models.losses.observing_cross_entropy import BatchObservation


@given(st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=5), min_size=1, max_size=6))
def test_the_first_sight_of_each_sample_counts(batches):
    buffer, drawn = EpochBuffer(), 0
    for batch in batches:
        # Each sight has a weight of its own.
        weights = torch.arange(drawn, drawn + len(batch)) / 100
        scores = torch.stack([weights, 1 - weights], dim=1)
        buffer.add(batch, BatchObservation(scores, scores, weights), {})
        drawn += len(batch)
    seen = buffer.gather()
    unique, first = np.unique(np.concatenate(batches), return_index=True)
    assert seen.indices.tolist() == unique.tolist()
    np.testing.assert_allclose(seen.weights, first / 100, rtol=1e-6)
    np.testing.assert_allclose(seen.probs[:, 0], 1 / (1 + np.exp(1 - 2 * first / 100)), rtol=1e-5)
    assert buffer.gather() is None


def batch(indices, scores, weights=None):
    return indices, BatchObservation(torch.tensor(scores), torch.zeros(len(indices)), weights), {}


def test_a_sample_that_is_drawn_twice_counts_once():
    buffer = EpochBuffer()
    buffer.add(*batch([4, 2], [[0.0, 5.0], [5.0, 0.0]]))
    buffer.add(*batch([2, 4], [[0.0, 5.0], [0.0, 5.0]]))
    seen = buffer.gather()
    assert seen.indices.tolist() == [2, 4]
    assert seen.probs.argmax(axis=1).tolist() == [0, 1]
    assert buffer.gather() is None


@pytest.mark.parametrize(("most", "stops"), [(0.5, False), (0.2, True)])
def test_a_few_scores_that_are_not_finite_count_as_not_seen_and_many_stop_the_run(most, stops):
    buffer = EpochBuffer()
    buffer.add(*batch([0, 1, 2], [[float("nan"), 0.0], [1.0, 0.0], [0.0, 1.0]]))
    seen = buffer.gather()
    if stops:
        with pytest.raises(DataError, match="1 of 3 samples"):
            seen.finite(most)
    else:
        assert seen.finite(most).indices.tolist() == [1, 2]


def test_indices_do_not_pass_through_half_precision():
    buffer = EpochBuffer()
    indices = [2048, 2049, 4097]
    scores = torch.zeros(3, 2, dtype=torch.float16)
    buffer.add(indices, BatchObservation(scores, torch.zeros(3)), {})
    assert buffer.gather().indices.tolist() == indices
