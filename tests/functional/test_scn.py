"""SCN's loss against its definition."""

from __future__ import annotations

import pytest
import torch

from d2sp_mm.functional.scn import rank_regularization, weigh_scores


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
