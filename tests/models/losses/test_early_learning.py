"""The term of early-learning regularisation against its formula and its gradient."""

from __future__ import annotations

import pytest
import torch

from d2sp_mm.models import EarlyLearningRegularization, ObservingCrossEntropyLoss
from d2sp_mm.registry import MODELS

STRENGTHS = torch.tensor([2.0, 0.0, 1.0])
MEANS = torch.tensor([[0.8, 0.1, 0.0], [0.1, 0.1, 0.1], [0.0, 0.0, 0.0]])


def scores() -> torch.Tensor:
    return torch.randn(3, 3, generator=torch.Generator().manual_seed(0), requires_grad=True)


def test_it_is_the_formula_and_no_gradient_flows_through_the_mean():
    term = MODELS.build(dict(type="d2sp_mm.EarlyLearningRegularization", momentum=0.7))
    cls_score = scores()
    probs = cls_score.softmax(dim=1)
    targets = 0.7 * MEANS + 0.3 * probs.detach()
    expected = (STRENGTHS * torch.log(1 - (targets * probs).sum(dim=1))).mean()
    found = term(cls_score, MEANS, STRENGTHS)
    assert found.item() == pytest.approx(expected.item(), abs=1e-6)
    (own,) = torch.autograd.grad(found, cls_score)
    (other,) = torch.autograd.grad(expected, cls_score)
    torch.testing.assert_close(own, other, atol=1e-5, rtol=1e-4)
    # A step down the gradient goes to the class of the mean, and leaves a sample of strength 0 alone.
    assert own[0].argmin() == 0 and not own[1].any()


def test_it_stays_finite_where_mean_and_prediction_are_certain():
    cls_score = torch.tensor([[60.0, -60.0]], requires_grad=True)
    found = EarlyLearningRegularization()(cls_score, torch.tensor([[1.0, 0.0]]), torch.ones(1))
    found.backward()
    assert torch.isfinite(found) and torch.isfinite(cls_score.grad).all()


def test_the_observing_loss_adds_it_in_training_alone():
    loss, cls_score, labels = ObservingCrossEntropyLoss(), scores(), torch.tensor([0, 1, 2])
    plain = loss(cls_score, labels)
    loss.early_learning = EarlyLearningRegularization(), MEANS, STRENGTHS
    found = loss(cls_score, labels)
    assert set(found) == {"loss_cls", "loss_early"} and torch.equal(found["loss_cls"], plain)
    with torch.no_grad():
        assert torch.equal(loss(cls_score, labels), plain)
