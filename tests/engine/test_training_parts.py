"""What is refused by name before training."""

from __future__ import annotations

import numpy as np
import pytest
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from tests.engine.refused_run import refused
from tests.tiny_run import NUM_CLASSES


@TRANSFORMS.register_module(force=True)
class SeveralClips(BaseTransform):
    """Gives each sample its clip twice, as ``SampleFrames`` with ``num_clips=2`` does."""

    def transform(self, results):
        results["imgs"] = np.concatenate([results["imgs"]] * 2)
        return results


@pytest.mark.parametrize("blending", ["MixupBlending", "CutmixBlending"])
@pytest.mark.parametrize("several", [False, True], ids=["one-modality", "several"])
def test_blending_is_refused(config, blending, several):
    settings = dict(type="ActionDataPreprocessor", format_shape="NCTHW")
    settings["blending"] = dict(type=blending, num_classes=NUM_CLASSES)
    if several:
        settings = dict(type="MultiModalDataPreprocessor", preprocessors=dict(RGB=settings))
    config["model"]["data_preprocessor"] = settings
    refused(config, blending, "model.data_preprocessor.blending=None")


def test_a_multi_class_head_is_refused(config):
    config["model"]["cls_head"]["multi_class"] = True
    refused(config, "model.cls_head.multi_class=True")


def test_a_head_of_several_modalities_is_refused(config):
    components = ["rgb", "pose"]
    config["model"]["cls_head"] = dict(
        type="RGBPoseHead",
        num_classes=NUM_CLASSES,
        in_channels=[32, 32],
        loss_components=components,
        loss_cls=dict(type="d2sp_mm.ObservingCrossEntropyLoss"),
    )
    refused(config, "RGBPoseHead", "each modality by itself")


def test_a_multi_class_dataset_is_refused(config, tmp_path):
    several = tmp_path / "several.txt"
    several.write_text("0_good_0.mp4 0 1\n1_good_1.mp4 1\n")
    inner = config["train_dataloader"]["dataset"]["dataset"]
    inner.update(ann_file=str(several), multi_class=True, num_classes=NUM_CLASSES)
    refused(config, "train_dataloader.dataset.multi_class=True")


def test_repeated_augmentation_is_refused(config):
    config["train_dataloader"]["dataset"]["dataset"].update(type="RepeatAugDataset", num_repeats=2)
    # That dataset asks for these steps by their names.
    steps = [dict(type="DecordInit"), dict(type="SampleFrames", clip_len=2), dict(type="DecordDecode")]
    config["train_dataloader"]["dataset"]["dataset"]["pipeline"] = [*steps, dict(type="PackActionInputs")]
    refused(config, "RepeatAugDataset", "use VideoDataset")


def test_several_clips_of_a_3d_recognizer_are_refused(config):
    config["train_dataloader"]["dataset"]["dataset"]["pipeline"].insert(1, dict(type="SeveralClips"))
    refused(config, "num_clips=2", "set num_clips=1")


def test_an_iteration_based_loop_is_refused(config):
    config.update(train_cfg=dict(type="IterBasedTrainLoop", max_iters=12, val_interval=6), param_scheduler=None)
    refused(config, "IterBasedTrainLoop", "EpochBasedTrainLoop")


def test_an_unwrapped_dataset_is_refused(config):
    config["train_dataloader"]["dataset"] = config["train_dataloader"]["dataset"]["dataset"]
    refused(config, "VideoDataset", "type='d2sp_mm.IndexedDataset'")
    config["train_dataloader"]["sampler"] = dict(type="DefaultSampler", shuffle=True)
    refused(config, "VideoDataset", "type='d2sp_mm.IndexedDataset'")


def test_another_sampler_is_refused(config):
    config["train_dataloader"]["sampler"] = dict(type="DefaultSampler", shuffle=True)
    refused(config, "DefaultSampler", "type='d2sp_mm.PurifiedSampler'")


def test_another_loss_is_refused(config):
    config["model"]["cls_head"]["loss_cls"] = dict(type="CrossEntropyLoss")
    refused(config, "model.cls_head.loss_cls", "type='d2sp_mm.ObservingCrossEntropyLoss'")


def test_what_is_refused_is_refused_before_anything_is_trained(config, tmp_path):
    config["model"]["cls_head"]["multi_class"] = True
    refused(config)
    assert not list(tmp_path.glob("**/*.pth"))
