"""Finding the classifier of MMAction2's heads, and the feature it receives."""

from __future__ import annotations

import pytest
import torch
from mmaction.registry import MODELS
from torch import nn

from d2sp_mm.errors import ConfigError
from d2sp_mm.models.heads.feature_recorder import FeatureRecorder, find_classifier

C, D = 4, 6

HEADS = {
    "I3DHead": ("fc_cls", {}),
    "TSNHead": ("fc_cls", {}),
    "TSMHead": ("fc_cls", dict(num_segments=2)),
    "SlowFastHead": ("fc_cls", {}),
    "GCNHead": ("fc", {}),
    "TimeSformerHead": ("fc_cls", {}),
    "X3DHead": ("fc2", {}),
    "MViTHead": ("fc_cls", {}),
}


def make_head(name: str, **more):
    return MODELS.build({"type": name, "num_classes": C, "in_channels": D, **more})


@pytest.mark.parametrize("name", HEADS)
def test_the_classifier_of_each_head_is_found(name):
    path, more = HEADS[name]
    found, layer = find_classifier(make_head(name, **more), C)
    assert found == path
    assert layer.out_features == C


def test_a_head_without_a_linear_layer_is_refused_with_the_way_out():
    head = MODELS.build(dict(type="FeatureHead"))
    with pytest.raises(ConfigError, match=r"FeatureHead has no linear layer with 4 outputs.*classifier=.*entropy"):
        find_classifier(head, C)


def test_of_several_linear_layers_the_last_that_fits_counts():
    head = nn.Sequential(nn.Linear(D, C), nn.Linear(C, C), nn.Linear(C, 9))
    assert find_classifier(head, C)[0] == "1"


def test_the_config_may_name_the_layer():
    head = nn.Sequential(nn.Linear(D, C), nn.Linear(C, C))
    assert find_classifier(head, C, "0") == ("0", head[0])


def test_a_named_layer_that_is_none_is_refused_with_those_there_are():
    with pytest.raises(ConfigError, match=r"classifier='fc'.*I3DHead.*\['fc_cls'\]"):
        find_classifier(make_head("I3DHead"), C, "fc")


@pytest.mark.parametrize("batch_size", [1, 3])
def test_a_head_that_classifies_each_segment_gives_the_mean_over_a_samples_segments(batch_size):
    segments = 4
    head = make_head("TSMHead", num_segments=segments, dropout_ratio=0.0)
    tap = FeatureRecorder(head.fc_cls)
    tap.listening = True
    x = torch.randn(batch_size * segments, D, 2, 2)
    head(x, segments)
    rows = x.mean(dim=(2, 3)).reshape(batch_size, segments, D)
    expected = torch.stack([sum(sample) / segments for sample in rows])
    torch.testing.assert_close(tap.take(batch_size), expected)


def test_a_batch_of_one_gives_one_row():
    head = make_head("I3DHead", dropout_ratio=0.0)
    tap = FeatureRecorder(head.fc_cls)
    tap.listening = True
    x = torch.randn(1, D, 1, 2, 2)
    head(x)
    torch.testing.assert_close(tap.take(1), x.mean(dim=(2, 3, 4)))


def test_a_layer_that_is_called_several_times_gives_the_mean_of_all_calls():
    """As TRNHead does with the relations of one scale."""
    layer = nn.Linear(D, C)
    tap = FeatureRecorder(layer)
    tap.listening = True
    first, second = torch.randn(2, D), torch.randn(4, D)
    layer(first)
    layer(second)
    torch.testing.assert_close(tap.take(2), (first + second[::2] + second[1::2]) / 3)


def test_the_feature_keeps_its_gradient():
    layer = nn.Linear(D, C)
    tap = FeatureRecorder(layer)
    tap.listening = True
    x = torch.randn(2, D, requires_grad=True)
    layer(x * 3)
    tap.take(2).sum().backward()
    assert torch.equal(x.grad, torch.full((2, D), 3.0))


def test_it_keeps_nothing_while_it_does_not_listen_nor_in_validation_nor_twice():
    layer = nn.Linear(D, C)
    tap = FeatureRecorder(layer)
    layer(torch.randn(2, D))
    with pytest.raises(ConfigError, match="shape None"):
        tap.take(2)
    tap.listening = True
    with torch.no_grad():
        layer(torch.randn(2, D))
    with pytest.raises(ConfigError, match="shape None"):
        tap.take(2)
    layer(torch.randn(2, D))
    tap.take(2)
    with pytest.raises(ConfigError, match="shape None"):
        tap.take(2)


def test_rows_that_do_not_divide_among_the_samples_are_refused():
    layer = nn.Linear(D, C)
    tap = FeatureRecorder(layer)
    tap.listening = True
    layer(torch.randn(5, D))
    with pytest.raises(ConfigError, match=r"\[\(5, 6\)\] for a batch of 2.*classifier"):
        tap.take(2)


def test_removed_it_hears_no_more():
    layer = nn.Linear(D, C)
    tap = FeatureRecorder(layer)
    tap.listening = True
    tap.remove()
    layer(torch.randn(2, D))
    with pytest.raises(ConfigError, match="shape None"):
        tap.take(2)
