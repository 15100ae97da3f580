"""The transform: what it puts in, what it leaves alone, what it refuses, on MMAction2's own configs."""

from __future__ import annotations

import copy
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from mmaction.registry import MODELS
from mmengine.config import Config
from torch import nn

from d2sp_mm.errors import ConfigError
from d2sp_mm.paths import recipe_names
from d2sp_mm.recipes import purify_config, read_config
from d2sp_mm.recipes.purify_config import check_purified, header_of
from tests.tiny_run import tiny_config, write_list

TSN = "mmaction::recognition/tsn/tsn_imagenet-pretrained-r50_8xb32-1x1x3-100e_kinetics400-rgb"
STGCN = "mmaction::skeleton/stgcn/stgcn_8xb16-joint-u100-80e_ntu60-xsub-keypoint-2d.py"
SWIN_710 = "mmaction::recognition/swin/swin-small-p244-w877_in1k-pre_32xb4-amp-32x2x1-30e_kinetics710-rgb"


def stock(tmp_path: Path) -> Config:
    config = Config(tiny_config(tmp_path, write_list(tmp_path / "train.txt"), purified=False))
    config.train_cfg.max_epochs = 20
    return config


@pytest.mark.parametrize("name", [TSN, STGCN, SWIN_710])
def test_nothing_but_the_parts_of_purification_changes(name):
    config = read_config(name)
    before = copy.deepcopy(config.to_dict())
    purified = purify_config(config, "d2sp").to_dict()
    assert config.to_dict() == before
    loader = purified["train_dataloader"]
    assert loader["dataset"]["type"] == "d2sp_mm.IndexedDataset"
    assert loader["sampler"] == dict(type="d2sp_mm.PurifiedSampler", shuffle=True)
    assert purified["model"]["cls_head"]["loss_cls"]["type"] == "d2sp_mm.ObservingCrossEntropyLoss"
    assert purified["default_hooks"].pop("purification")["type"] == "d2sp_mm.PurificationHook"
    assert purified["default_hooks"].pop("exact_resume") == dict(type="d2sp_mm.ExactResumeHook")
    assert purified.pop("custom_imports") == dict(imports=["d2sp_mm.compat"], allow_failed_imports=False)
    assert purified["default_hooks"]["checkpoint"].pop("type") == "d2sp_mm.AtomicCheckpointHook"
    assert before["default_hooks"]["checkpoint"].pop("type") == "CheckpointHook"
    # Put back what was replaced: what is left is the config as it was.
    loader["dataset"] = loader["dataset"]["dataset"]
    loader["sampler"] = before["train_dataloader"]["sampler"]
    del purified["model"]["cls_head"]["loss_cls"]
    assert "loss_cls" not in before["model"]["cls_head"]
    assert purified == before


@pytest.mark.parametrize(("name", "layer", "width"), [(TSN, "fc_cls", 2048), (STGCN, "fc", 256), (SWIN_710, "fc_cls", 768)])
def test_the_layer_that_classifies_is_named_and_its_width_told(name, layer, width):
    purified = purify_config(read_config(name), "d2sp")
    assert purified.default_hooks.purification.classifier == layer
    assert f"the {width} channels that cls_head.{layer} receives" in header_of(purified, "d2sp")
    assert "classifier" not in purify_config(read_config(name), "random-prune").default_hooks.purification


def test_a_head_without_a_linear_layer_is_refused_where_weights_are_learned(tmp_path):
    from mmaction.models.heads import BaseHead

    class HeadWithoutLinear(BaseHead):
        """A head of a user's that classifies by a convolution."""

        def __init__(self, **settings) -> None:
            super().__init__(**settings)
            self.conv = nn.Conv3d(self.in_channels, self.num_classes, 1)

        def forward(self, x, **kwargs):
            return self.conv(x).mean((2, 3, 4))

    MODELS.register_module(module=HeadWithoutLinear, force=True)
    config = stock(tmp_path)
    config.model.cls_head = dict(type="HeadWithoutLinear", num_classes=4, in_channels=8)
    message = refusal(config)
    assert "HeadWithoutLinear has no linear layer with 4 outputs" in message and "score='entropy'" in message
    changes = {"default_hooks.purification.stages.prune.score": "entropy"}
    assert "classifier" not in purify_config(config, "d2sp", changes).default_hooks.purification
    wrong = refusal_with(stock(tmp_path), {"default_hooks.purification.classifier": "fc_none"})
    assert "classifier='fc_none'" in wrong and "fc" in wrong


@pytest.mark.parametrize("head", [dict(type="MyHead"), dict(type="I3DHead", num_classes=4, in_channels=8, colour="red")])
def test_a_head_that_cannot_be_built_is_refused_with_its_own_words(tmp_path, head):
    config = stock(tmp_path)
    config.model.cls_head = head
    message = refusal(config)
    assert f"model.cls_head.type={head['type']!r} cannot be built" in message and "custom_imports" in message


def refusal_with(config: Config, changes: dict) -> str:
    with pytest.raises(ConfigError) as caught:
        purify_config(config, "d2sp", changes)
    return str(caught.value)


def test_arguments_of_loss_and_sampler_are_kept_and_imports_are_joined(tmp_path):
    config = stock(tmp_path)
    config.model.cls_head.loss_cls = dict(type="CrossEntropyLoss", loss_weight=0.5, class_weight=[1.0, 2.0, 1.0, 1.0])
    config.train_dataloader.sampler = dict(type="DefaultSampler", shuffle=False, seed=7, round_up=True)
    config.custom_imports = dict(imports="tests.tiny_run", allow_failed_imports=True)
    purified = purify_config(config, "prune-only")
    loss = dict(type="d2sp_mm.ObservingCrossEntropyLoss", loss_weight=0.5, class_weight=[1.0, 2.0, 1.0, 1.0])
    assert purified.model.cls_head.loss_cls == loss
    assert purified.train_dataloader.sampler == dict(type="d2sp_mm.PurifiedSampler", shuffle=False, seed=7)
    assert purified.custom_imports.imports == ["d2sp_mm.compat", "tests.tiny_run"]
    assert purified.custom_imports.allow_failed_imports is True
    assert sorted(n for n, stage in purified.default_hooks.purification.stages.items() if stage) == ["prune"]


def test_a_written_config_reads_as_the_same(tmp_path):
    purified = purify_config(read_config(STGCN), "d2sp")
    (tmp_path / "written.py").write_text(purified.pretty_text)
    assert Config.fromfile(tmp_path / "written.py").to_dict() == purified.to_dict()


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_is_found_by_its_name(tmp_path, name):
    config = stock(tmp_path)
    # SELFIE looks back over 15 epochs, which shorter schedules do not have before the decision.
    config.train_cfg.max_epochs = 50
    hook = purify_config(config, name).default_hooks.purification
    assert hook.type == "d2sp_mm.PurificationHook"


def test_a_recipe_of_ones_own_goes_by_its_path(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("default_hooks = dict(purification=dict(type='d2sp_mm.PurificationHook', dry_run=True))\n")
    assert purify_config(stock(tmp_path), str(path)).default_hooks.purification.dry_run is True


def refusal(config: Config, recipe: str = "d2sp") -> str:
    with pytest.raises(ConfigError) as caught:
        purify_config(config, recipe)
    return str(caught.value)


def test_an_unknown_recipe_is_refused_with_those_that_there_are(tmp_path):
    message = refusal(stock(tmp_path), "d2ps")
    assert "'d2ps'" in message and ", ".join(recipe_names()) in message
    assert {"correct-only", "d2sp", "none", "prune-only", "random-prune", "small-loss"} <= set(recipe_names())
    (tmp_path / "empty.py").write_text("a = 1\n")
    assert "default_hooks.purification" in refusal(stock(tmp_path), str(tmp_path / "empty.py"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("detection/slowonly/slowonly_kinetics400-pretrained-r50_8xb16-4x16x1-20e_ava21-rgb", ["FastRCNN", "cls_head"]),
        ("localization/bmn/bmn_2xb8-400x100-9e_activitynet-feature", ["BMN", "localizers"]),
        ("recognition/omnisource/slowonly_r50_8xb16-8x8x1-256e_imagenet-kinetics400-rgb", ["MultiLoaderEpochBased"]),
        ("skeleton/posec3d/rgbpose_conv3d/rgbpose_conv3d", ["RGBPoseHead", "each modality by itself"]),
        ("recognition/mvit/mvit-large-p244_40x3x1_kinetics400-rgb", ["RepeatAugDataset", "use VideoDataset"]),
        ("recognition/mvit/mvit-large-p244_u40_sthv2-rgb", ["RandomBatchAugment", "blending=None"]),
        ("recognition/x3d/x3d_s_13x6x1_facebook-kinetics400-rgb", ["it trains nothing"]),
    ],
)
def test_configs_of_mmaction2_that_cannot_be_purified_are_refused_with_the_reason(name, words):
    message = refusal(read_config(f"mmaction::{name}"))
    for word in words:
        assert word in message


def change(**options):
    return options


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (change(**{"model.cls_head.multi_class": True}), ["model.cls_head.multi_class=True"]),
        (change(**{"model.cls_head.loss_cls": dict(type="BCELossWithLogits")}), ["BCELossWithLogits", "CrossEntropyLoss"]),
        (change(**{"train_dataloader.sampler": dict(type="InfiniteSampler")}), ["InfiniteSampler", "DefaultSampler"]),
        (change(**{"train_dataloader.batch_sampler": dict(type="BatchSampler")}), ["BatchSampler"]),
        (change(**{"train_dataloader.dataset.multi_class": True}), ["dataset.multi_class=True"]),
        (change(**{"train_cfg.by_epoch": False}), ["EpochBasedTrainLoop"]),
        (
            change(**{"train_dataloader.dataset.pipeline": [dict(type="SampleFrames", clip_len=2, num_clips=3)]}),
            ["num_clips=3", "Recognizer3D"],
        ),
    ],
)
def test_settings_that_cannot_be_purified_are_refused_with_the_way_out(tmp_path, options, words):
    config = stock(tmp_path)
    config.merge_from_dict(options)
    if "train_dataloader.sampler" in options:
        config.train_dataloader.sampler = options["train_dataloader.sampler"]
    message = refusal(config)
    for word in words:
        assert word in message


def test_a_schedule_without_room_for_a_stage_is_refused_unless_it_is_made_to_fit(tmp_path):
    config = stock(tmp_path)
    config.train_cfg.max_epochs = 5
    message = refusal(config)
    assert "max_epochs=5" in message and "window=5" in message and "default_hooks.purification.stages.prune" in message
    stages = "default_hooks.purification.stages"
    changes = {f"{stages}.{name}.window": 3 for name in ("prune", "correct")}
    assert purify_config(config, "d2sp", changes).default_hooks.purification.stages.correct.window == 3


def test_every_config_of_mmaction2_is_purified_or_refused_with_a_reason():
    folder = Path(find_spec("mmaction").origin).parent / ".mim" / "configs"
    purified, refused = [], []
    for part in ("recognition", "recognition_audio", "skeleton"):
        for path in sorted((folder / part).rglob("*.py")):
            try:
                purify_config(read_config(str(path)), "d2sp")
                purified.append(path.name)
            except ConfigError as error:
                refused.append(f"{path.name}: {error}")
    print("\n".join(refused))
    assert len(purified) > 3 * len(refused)
    # The most are there for testing alone.
    assert sum("it trains nothing" in reason for reason in refused) > len(refused) / 2


@pytest.mark.parametrize("wrapper", ["RepeatDataset", "ClassBalancedDataset", "ConcatDataset"])
def test_wrappers_are_looked_into(tmp_path, wrapper):
    config = stock(tmp_path)
    inner = dict(config.train_dataloader.dataset, multi_class=True)
    wrapped = dict(type=wrapper, datasets=[inner]) if wrapper == "ConcatDataset" else dict(type=wrapper, dataset=inner)
    config.train_dataloader.dataset = wrapped
    assert "multi_class=True" in refusal(config)


def test_a_config_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no package 'mmnothing'"):
        read_config("mmnothing::recognition/x.py")
    with pytest.raises(ConfigError, match="there is no file"):
        read_config(str(tmp_path / "absent"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"train_dataloader.dataset.ann_file": ["a.txt", "b.txt"]},
            r"train_dataloader\.dataset\.ann_file=\['a\.txt', 'b\.txt'\] is a list.*ConcatDataset",
        ),
        ({"train_dataloader.persistent_workers": True}, "persistent_workers=True needs worker processes, and num_workers=0"),
        ({"train_dataloader.num_batch_per_epoch": 3}, "train_dataloader.num_batch_per_epoch=3.*dataset.indices"),
    ],
)
def test_habits_of_other_openmmlab_packages_are_refused_by_the_settings_name(tmp_path, changes, words):
    config = stock(tmp_path)
    config.merge_from_dict(changes)
    assert re.search(words, refusal(config))
    # Options of the command line reach a config that was purified before as well.
    purified = purify_config(stock(tmp_path), "d2sp")
    purified.merge_from_dict({name.replace("dataset.ann", "dataset.dataset.ann"): value for name, value in changes.items()})
    with pytest.raises(ConfigError, match=words):
        check_purified(purified)


def test_a_recipe_replaces_the_one_that_a_config_has(tmp_path):
    changes = {"train_dataloader.sampler.epoch_length": "shrink", "default_hooks.purification.dry_run": True}
    once = purify_config(stock(tmp_path), "d2sp", changes)
    again = purify_config(once, "prune-only")
    assert again.to_dict() == purify_config(stock(tmp_path), "prune-only").to_dict()
