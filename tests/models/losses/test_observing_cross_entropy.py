"""The observing loss: MMAction2's own where nothing is weighted, the formula where something is."""

from __future__ import annotations

import copy

import pytest
import torch
from mmaction.models.losses import CrossEntropyLoss
from mmengine.structures import LabelData
from torch import nn
from torch.nn import functional as F

from d2sp_mm.engine.weight_learner import WeightLearner, WeightSettings
from d2sp_mm.errors import ConfigError
from d2sp_mm.functional.scn import rank_regularization
from d2sp_mm.models import ObservingCrossEntropyLoss
from d2sp_mm.models.heads.feature_recorder import FeatureRecorder

N, C, D = 6, 4, 5
SETTINGS = {
    "default": {},
    "class-weight": dict(class_weight=[0.5, 1.0, 2.0, 3.0]),
    "loss-weight": dict(loss_weight=0.3),
    "both": dict(class_weight=[0.5, 1.0, 2.0, 3.0], loss_weight=2.5),
}
SGD = dict(type="SGD", lr=0.1)


def batch(kind: str = "hard", seed: int = 0):
    """Scores, labels and features."""
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(N, C, generator=generator)
    labels = torch.randint(C, (N,), generator=generator)
    if kind == "soft":
        labels = torch.rand(N, C, generator=generator).softmax(dim=1)
    elif kind == "one-hot":
        labels = LabelData.label_to_onehot(labels[:1], C)[None].repeat(N, 1).float()
    return scores, labels, torch.randn(N, D, generator=generator)


def attached(head_weights: float | None = None, **settings):
    """The loss behind a linear layer whose inputs it taps, and that layer."""
    layer = nn.Linear(D, C)
    learning = {name: settings.pop(name) for name in list(settings) if name in WeightSettings.__dataclass_fields__}
    loss = ObservingCrossEntropyLoss(**settings)
    loss.learner = WeightLearner(D, torch.device("cpu"), WeightSettings(**learning))
    loss.attach(FeatureRecorder(layer), loss.learner)
    with torch.no_grad():
        if head_weights is not None:
            loss.learner.head.c.fill_(head_weights)
    return loss, layer


def learn(loss):
    """What the hook does with what the loss saw."""
    seen = loss.take_observation()
    loss.learner.step(loss.stock_loss, seen.scores, seen.labels, seen.features)


def value_and_gradient(function, scores):
    scores = scores.clone().requires_grad_()
    value = function(scores)
    value.backward()
    return value.detach(), scores.grad


@pytest.mark.parametrize("kind", ["hard", "soft", "one-hot"])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
def test_plain_mode_is_mmaction2s_loss_bit_for_bit(settings, kind):
    scores, labels, _ = batch(kind)
    stock = value_and_gradient(lambda s: CrossEntropyLoss(**settings)(s, labels), scores)
    ours = value_and_gradient(lambda s: ObservingCrossEntropyLoss(**settings)(s, labels), scores)
    assert torch.equal(ours[0], stock[0])
    assert torch.equal(ours[1], stock[1])


@pytest.mark.parametrize("kind", ["hard", "soft", "one-hot"])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
def test_weighted_mode_at_weight_1_is_mmaction2s_loss_bit_for_bit(settings, kind):
    scores, labels, features = batch(kind)
    # The sigmoid of 40 is 1 in single precision.
    loss, layer = attached(head_weights=40.0, **settings)
    loss.mode = "weighted"
    layer(features.requires_grad_())
    stock = value_and_gradient(lambda s: CrossEntropyLoss(**settings)(s, labels), scores)
    ours = value_and_gradient(lambda s: loss(s, labels)["loss_cls"], scores)
    assert torch.equal(loss.take_observation().weights, torch.ones(N))
    assert torch.equal(ours[0], stock[0])
    assert torch.equal(ours[1], stock[1])


@pytest.mark.parametrize("kind", ["hard", "soft"])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
def test_detached_mode_is_mmaction2s_loss_and_leaves_the_features_alone(settings, kind):
    scores, labels, features = batch(kind)
    loss, layer = attached(head_weights=0.3, **settings)
    loss.mode = "detached"
    layer(features.requires_grad_())
    stock = value_and_gradient(lambda s: CrossEntropyLoss(**settings)(s, labels), scores)
    ours = value_and_gradient(lambda s: loss(s, labels), scores)
    assert torch.equal(ours[0], stock[0])
    assert torch.equal(ours[1], stock[1])
    assert features.grad is None
    assert loss.take_observation().weights.requires_grad is False


@pytest.mark.parametrize("label_smooth_eps", [0.0, 0.1])
@pytest.mark.parametrize("mode", ["plain", "weighted"])
def test_through_a_head_with_label_smoothing_it_is_the_stock_loss(mode, label_smooth_eps):
    """Label smoothing makes soft labels of hard ones before the loss sees them."""
    from mmaction.models.heads import I3DHead
    from mmaction.structures import ActionDataSample

    features = batch()[2].reshape(N, D, 1, 1, 1)
    samples = [ActionDataSample().set_gt_label(i % C) for i in range(N)]
    results = []
    for loss in (dict(type="CrossEntropyLoss"), dict(type="d2sp_mm.ObservingCrossEntropyLoss")):
        settings = dict(label_smooth_eps=label_smooth_eps, topk=(1,), dropout_ratio=0.0)
        head = I3DHead(num_classes=C, in_channels=D, loss_cls=loss, **settings)
        with torch.no_grad():
            head.fc_cls.weight.copy_(torch.arange(C * D).reshape(C, D) / 10 - 1)
            head.fc_cls.bias.zero_()
        if mode == "weighted" and isinstance(head.loss_cls, ObservingCrossEntropyLoss):
            head.loss_cls.learner = WeightLearner(head.fc_cls.in_features, torch.device("cpu"))
            head.loss_cls.attach(FeatureRecorder(head.fc_cls), head.loss_cls.learner)
            head.loss_cls.learner.head.c.data.fill_(40.0)
            head.loss_cls.mode = "weighted"
        losses = head.loss(features, samples)
        losses["loss_cls"].backward()
        results.append((losses["loss_cls"].detach(), head.fc_cls.weight.grad))
    assert torch.equal(results[0][0], results[1][0])
    assert torch.equal(results[0][1], results[1][1])


def normalised(features):
    """Each row with mean 0 and variance 1."""
    centred = features - features.mean(dim=1, keepdim=True)
    return centred / (centred.square().mean(dim=1, keepdim=True) + 1e-5).sqrt()


def test_weighted_mode_is_the_formula_and_its_gradient_reaches_the_features_through_the_weight():
    scores, labels, features = batch()
    loss, layer = attached(beta=0.5, delta=0.4, rank_weight=0.7)
    v = torch.linspace(-1, 1, D)
    with torch.no_grad():
        loss.learner.head.v.copy_(v)
        loss.learner.head.c.fill_(0.2)
    loss.mode = "weighted"

    ours = features.clone().requires_grad_()
    layer(ours)
    losses = loss(scores, labels)
    sum(losses.values()).backward()

    reference = features.clone().requires_grad_()
    weights = 1 / (1 + torch.exp(-(normalised(reference) @ v + 0.2)))
    expected_cls = F.cross_entropy(weights[:, None] * scores, labels)
    expected_rank = 0.7 * rank_regularization(weights, 0.5, 0.4)
    (expected_cls + expected_rank).backward()

    torch.testing.assert_close(losses["loss_cls"], expected_cls)
    torch.testing.assert_close(losses["loss_rank"], expected_rank)
    assert expected_rank > 0
    assert ours.grad.abs().sum() > 0
    torch.testing.assert_close(ours.grad, reference.grad)
    assert all(parameter.grad is None for parameter in loss.learner.head.parameters())


@pytest.mark.parametrize("kind", ["hard", "soft"])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
@pytest.mark.parametrize("mode", ["weighted", "detached"])
def test_the_weight_head_learns_by_the_gradient_of_the_joint_loss(settings, kind, mode):
    scores, labels, features = batch(kind)
    loss, layer = attached(optimizer=SGD, beta=0.5, delta=0.4, rank_weight=0.7, **settings)
    start = torch.linspace(-1, 1, D)[None]
    with torch.no_grad():
        loss.learner.head.v.copy_(start)
    loss.mode = mode
    layer(features.clone().requires_grad_())
    loss(scores, labels)
    learn(loss)

    v, c = start.clone().requires_grad_(), torch.zeros(1, requires_grad=True)
    weights = torch.sigmoid(normalised(features) @ v[0] + c)
    joint = CrossEntropyLoss(**settings)(weights[:, None] * scores, labels) + 0.7 * rank_regularization(weights, 0.5, 0.4)
    joint.backward()
    torch.testing.assert_close(loss.learner.head.v.detach(), start - 0.1 * v.grad)
    torch.testing.assert_close(loss.learner.head.c.detach(), -0.1 * c.grad)


def test_plain_mode_weighs_nothing_and_keeps_no_feature():
    scores, labels, features = batch()
    loss, layer = attached(optimizer=SGD)
    layer(features.requires_grad_())
    loss(scores, labels)
    seen = loss.take_observation()
    assert seen.weights is None
    assert seen.features is None
    assert not loss.learner.head.v.any()


def test_nothing_of_the_weight_head_is_in_the_model():
    loss, _ = attached()
    loss.mode = "weighted"
    assert not loss.state_dict()
    assert not list(loss.parameters())
    assert not list(loss.children())


def test_what_it_saw_is_the_plain_scores_detached_and_taken_once():
    scores, labels, features = batch()
    loss, layer = attached(head_weights=-2.0)
    loss.mode = "weighted"
    scores.requires_grad_()
    layer(features)
    loss(scores, labels)
    seen = loss.take_observation()
    assert torch.equal(seen.scores, scores)
    assert not seen.scores.requires_grad
    assert torch.equal(seen.labels, labels)
    assert loss.take_observation() is None


def test_weights_are_computed_in_single_precision_under_autocast():
    """In bfloat16 two weights near 0.5 that differ by 1e-3 would tie, and ranks would be decided by the index."""
    scores, labels, features = batch()
    for mode in ("weighted", "detached"):
        loss, layer = attached()
        loss.learner.head.v.data.copy_(torch.linspace(-1e-3, 1e-3, D)[None])
        loss.mode = mode
        with torch.autocast("cpu", dtype=torch.bfloat16):
            layer(features)
            loss(scores, labels)
        weights = loss.take_observation().weights
        assert weights.dtype == torch.float32
        assert len(weights.unique()) == N


@pytest.mark.parametrize("mode", ["weighted", "detached"])
def test_a_mode_that_needs_a_classifier_is_refused_without(mode):
    with pytest.raises(ConfigError, match="attach"):
        ObservingCrossEntropyLoss().mode = mode


def test_an_unknown_mode_is_refused_by_name():
    with pytest.raises(ConfigError, match=r"mode='weigthed'.*plain"):
        ObservingCrossEntropyLoss().mode = "weigthed"


@pytest.mark.parametrize(
    "settings", [dict(beta=0.0), dict(beta=1.0), dict(delta=-0.1), dict(delta=1.5), dict(rank_weight=-1.0)]
)
def test_a_setting_out_of_range_is_refused_by_name(settings):
    (name, value) = next(iter(settings.items()))
    with pytest.raises(ConfigError, match=f"{name}={value}"):
        WeightSettings(**settings)


def test_the_learner_goes_on_from_its_state_in_a_new_object():
    def step(loss, layer, seed):
        scores, labels, features = batch(seed=seed)
        layer(features.requires_grad_())
        loss(scores, labels)
        learn(loss)

    unbroken, layer = attached()
    unbroken.mode = "detached"
    step(unbroken, layer, 1)
    resumed, other_layer = attached()
    resumed.learner.load(copy.deepcopy(unbroken.learner.state()))
    resumed.mode = "detached"
    # The optimizer's moments are part of the state: without them the second step would differ.
    saved = {name: value.clone() for name, value in unbroken.learner.head.state_dict().items()}
    step(unbroken, layer, 2)
    step(resumed, other_layer, 2)
    for name, value in unbroken.learner.head.state_dict().items():
        assert torch.equal(value, resumed.learner.head.state_dict()[name])
        assert not torch.equal(value, saved[name])


def test_a_head_that_computes_its_loss_twice_is_refused():
    """Heads of several outputs do so; the second would silently stand for the first."""
    scores, labels, _ = batch()
    loss = ObservingCrossEntropyLoss()
    with torch.no_grad():
        loss(scores, labels)
    loss(scores, labels)
    assert loss.take_observation() is not None
    loss(scores, labels)
    loss(scores, labels)
    with pytest.raises(ConfigError, match="2 times"):
        loss.take_observation()
