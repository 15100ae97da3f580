"""What an epoch gathers of samples that were drawn more than once."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from d2sp_mm.engine.epoch_buffer import EpochBuffer
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
