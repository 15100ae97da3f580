"""The learner of the weights against what half precision does to a batch."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

import d2sp_mm.engine  # noqa: F401 - fills the registries
from d2sp_mm.engine.weight_learner import WeightLearner


def make() -> WeightLearner:
    return WeightLearner(6, torch.device("cpu"))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("where", ["scores", "features"])
def test_a_batch_that_overflows_does_not_corrupt_the_weights(value, where):
    torch.manual_seed(0)
    learner, untouched = make(), make()
    labels = torch.arange(8) % 4
    for number in range(6):
        scores, features = torch.randn(8, 4), torch.randn(8, 6)
        if number != 3:
            untouched.step(F.cross_entropy, scores, labels, features)
        else:
            (scores if where == "scores" else features)[2] = value
        learner.step(F.cross_entropy, scores, labels, features)
    for ours, theirs in zip(learner.head.parameters(), untouched.head.parameters()):
        assert torch.isfinite(ours).all()
        # It learned on from the other batches.
        assert torch.sign(ours).eq(torch.sign(theirs)).float().mean() > 0.5
