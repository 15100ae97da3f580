"""The backbones of the field: shapes, sizes, that every part learns, and that order of frames matters where it should."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from d2sp_mm.errors import ConfigError
from d2sp_mm.models import FormerDFER, ResNetLSTM

BASES = Path(__file__).resolve().parents[3] / "configs" / "_base_" / "models"
#: Figures of torchvision's documentation (r3d_18, mc3_18; 400 classes).
PUBLISHED = {"r3d_r18": 33_371_472, "mc3_r18": 11_695_440}


def small_former() -> FormerDFER:
    return FormerDFER(num_frames=4, input_size=32)


def parameters_of(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_has_as_many_parameters_as_published(name):
    from mmaction.registry import MODELS

    model = Config.fromfile(BASES / f"{name}.py").model
    model.cls_head.num_classes = 400
    with DefaultScope.overwrite_default_scope("mmaction"):
        assert parameters_of(MODELS.build(model)) == PUBLISHED[name]


@pytest.mark.parametrize("path", sorted(BASES.glob("*.py")), ids=lambda path: path.stem)
def test_every_base_builds_and_initialises_without_weights_from_elsewhere(path):
    from mmaction.registry import MODELS

    model = MODELS.build(Config.fromfile(path).model)
    model.init_weights()
    assert all(torch.isfinite(parameter).all() for parameter in model.parameters())


@pytest.mark.parametrize("build", [small_former, ResNetLSTM])
def test_a_clip_becomes_one_feature_and_every_parameter_learns(build):
    torch.manual_seed(0)
    backbone = build()
    backbone.init_weights()
    features = backbone(torch.randn(3, 3, 4, 32, 32))
    assert features.shape == (3, 512, 1, 1, 1)
    (features * torch.randn_like(features)).sum().backward()
    without = [name for name, p in backbone.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert not without


@pytest.mark.parametrize("build", [small_former, ResNetLSTM])
def test_clips_are_kept_apart_and_the_order_of_frames_matters(build):
    torch.manual_seed(0)
    backbone = build()
    backbone.init_weights()
    backbone.eval()  # MMAction2's ResNet returns nothing here
    clips = torch.randn(2, 3, 4, 32, 32)
    with torch.no_grad():
        both, first, backwards = backbone(clips), backbone(clips[:1]), backbone(clips.flip(2))
    assert torch.allclose(both[:1], first, atol=1e-4)
    assert not torch.allclose(both, backwards, atol=1e-3)


def test_former_dfer_sees_where_in_the_picture_something_is():
    """Without the embedding of places, attention could not tell a map from the same map with its places exchanged."""
    torch.manual_seed(0)
    backbone = small_former()
    backbone.init_weights()
    backbone.eval()
    seen = []
    backbone.spatial_transformer.register_forward_hook(lambda _module, inputs, _output: seen.append(inputs[0]))
    with torch.no_grad():
        backbone(torch.zeros(1, 3, 4, 32, 32))
    assert not torch.allclose(seen[0][:, 0], seen[0][:, 3], atol=1e-3)


@pytest.mark.parametrize("shape", [(1, 3, 5, 32, 32), (1, 3, 4, 48, 32)])
def test_former_dfer_names_the_shape_that_it_was_built_for(shape):
    with pytest.raises(ConfigError, match=r"built for \(4, 32, 32\)"):
        small_former()(torch.zeros(shape))


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: FormerDFER(input_size=40), "input_size=40"),
        (lambda: FormerDFER(num_frames=0), "num_frames=0"),
        (lambda: ResNetLSTM(hidden_size=0), "hidden_size=0"),
    ],
)
def test_sizes_that_cannot_work_are_named(build, words):
    with pytest.raises(ConfigError, match=words):
        build()


def test_former_dfer_is_as_large_as_its_parts_say():
    """ResNet-18 without its classifier has 11,176,512 parameters; the transformers' are counted by hand."""

    def layer(width: int, feed_forward: int) -> int:
        return 4 * width * width + 4 * width + 2 * width * feed_forward + feed_forward + width + 4 * width

    embeddings = 49 * 256 + 512 + 17 * 512
    assert parameters_of(FormerDFER()) == 11_176_512 + layer(256, 512) + 3 * layer(512, 1024) + embeddings
