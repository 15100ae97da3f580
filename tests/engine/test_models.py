"""Traps 15, 17 and 18: what our part costs each iteration, and what is refused by name before training."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

import d2sp_mm
from d2sp_mm.engine import PurificationHook
from d2sp_mm.errors import ConfigError
from tests.tiny_run import CORRECT, NUM_CLASSES, PRUNE, hook_of, tiny_config, train, write_list

PACKAGE = str(Path(d2sp_mm.__file__).parent)
STAGES = dict(prune=PRUNE, correct=CORRECT)
#: What waits for the device, or copies to the host.
SYNCING = ("cpu", "item", "tolist", "numpy", "to", "nonzero", "__int__", "__float__", "__bool__", "__index__", "__array__")


@TRANSFORMS.register_module(force=True)
class SeveralClips(BaseTransform):
    """Gives each sample its clip twice, as ``SampleFrames`` with ``num_clips=2`` does."""

    def transform(self, results):
        results["imgs"] = np.concatenate([results["imgs"]] * 2)
        return results


@pytest.fixture
def config(tmp_path):
    return tiny_config(tmp_path / "run", write_list(tmp_path / "train.txt", noise=4, mislabel=6), stages=STAGES)


def refused(config, *words):
    with pytest.raises(ConfigError) as caught:
        train(config)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("weighting", ["joint", "detached"])
def test_trap_15_nothing_of_ours_waits_for_the_device_within_an_epoch(config, monkeypatch, weighting):
    """On a GPU each of these calls would stop the queue; MMAction2's own top-k accuracy is not ours to judge."""
    active, calls = [], []

    def watch(name):
        original = getattr(torch.Tensor, name)

        def watched(self, *args, **kwargs):
            caller = sys._getframe(1).f_code
            if active and caller.co_filename.startswith(PACKAGE):
                calls.append(f"{caller.co_filename}:{caller.co_name} calls {name}")
            return original(self, *args, **kwargs)

        monkeypatch.setattr(torch.Tensor, name, watched)

    before, after, iterations = PurificationHook.before_train_iter, PurificationHook.after_train_iter, []

    def begin(self, *args, **kwargs):
        active.append(True)
        return before(self, *args, **kwargs)

    def end(self, *args, **kwargs):
        after(self, *args, **kwargs)
        active.clear()
        iterations.append(self._parts.loss.mode)

    monkeypatch.setattr(PurificationHook, "before_train_iter", begin)
    monkeypatch.setattr(PurificationHook, "after_train_iter", end)
    for name in SYNCING:
        watch(name)
    config["default_hooks"]["purification"]["weighting"] = weighting
    runner = train(config)
    assert not calls
    assert len(iterations) == runner.iter == 36
    assert set(iterations) == {"plain", "weighted" if weighting == "joint" else "detached"}
    assert (hook_of(runner).ledger.corrected_labels != hook_of(runner).ledger.labels).any()


@pytest.mark.parametrize("blending", ["MixupBlending", "CutmixBlending"])
@pytest.mark.parametrize("several", [False, True], ids=["one-modality", "several"])
def test_trap_17_blending_is_refused(config, blending, several):
    settings = dict(type="ActionDataPreprocessor", format_shape="NCTHW")
    settings["blending"] = dict(type=blending, num_classes=NUM_CLASSES)
    if several:
        settings = dict(type="MultiModalDataPreprocessor", preprocessors=dict(RGB=settings))
    config["model"]["data_preprocessor"] = settings
    refused(config, blending, "model.data_preprocessor.blending=None")


def test_trap_18_a_batch_of_one_works(config):
    config["train_dataloader"]["batch_size"] = 1
    config["train_cfg"].update(max_epochs=4)
    config["model"]["backbone"] = dict(type="TinyBackbone", channels=4)
    ledger = hook_of(train(config)).ledger
    assert ledger.observations.complete(2, 3)
    assert (~ledger.keep).sum() == 5


def test_trap_18_soft_labels_of_label_smoothing_work(config):
    config["model"]["cls_head"]["label_smooth_eps"] = 0.1
    ledger = hook_of(train(config)).ledger
    # The cap of a class may hold some of the five back.
    assert 3 <= (~ledger.keep).sum() <= 5
    assert (ledger.corrected_labels != ledger.labels).any()


def test_trap_18_a_multi_class_head_is_refused(config):
    config["model"]["cls_head"]["multi_class"] = True
    refused(config, "model.cls_head.multi_class=True")


def test_trap_18_a_head_of_several_modalities_is_refused(config):
    components = ["rgb", "pose"]
    config["model"]["cls_head"] = dict(
        type="RGBPoseHead",
        num_classes=NUM_CLASSES,
        in_channels=[32, 32],
        loss_components=components,
        loss_cls=dict(type="d2sp_mm.ObservingCrossEntropyLoss"),
    )
    refused(config, "RGBPoseHead", "each modality by itself")


def test_trap_18_a_multi_class_dataset_is_refused(config, tmp_path):
    several = tmp_path / "several.txt"
    several.write_text("0_good_0.mp4 0 1\n1_good_1.mp4 1\n")
    inner = config["train_dataloader"]["dataset"]["dataset"]
    inner.update(ann_file=str(several), multi_class=True, num_classes=NUM_CLASSES)
    refused(config, "train_dataloader.dataset.multi_class=True")


def test_trap_18_repeated_augmentation_is_refused(config):
    config["train_dataloader"]["dataset"]["dataset"].update(type="RepeatAugDataset", num_repeats=2)
    # That dataset asks for these steps by their names.
    steps = [dict(type="DecordInit"), dict(type="SampleFrames", clip_len=2), dict(type="DecordDecode")]
    config["train_dataloader"]["dataset"]["dataset"]["pipeline"] = [*steps, dict(type="PackActionInputs")]
    refused(config, "RepeatAugDataset", "use VideoDataset")


def test_trap_18_several_clips_of_a_3d_recognizer_are_refused(config):
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


def test_a_classifier_that_is_not_there_is_refused_with_those_that_are(config):
    config["default_hooks"]["purification"]["classifier"] = "fc"
    refused(config, "classifier='fc'", "fc_cls")


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (dict(weighting="both"), ["weighting='both'", "'joint'"]),
        (dict(max_undecodable=1.5), ["max_undecodable=1.5", "[0, 1]"]),
    ],
)
def test_a_setting_of_the_hook_out_of_range_is_refused(setting, words):
    with pytest.raises(ConfigError) as caught:
        PurificationHook(**setting)
    for word in words:
        assert word in str(caught.value)


def test_a_misspelt_setting_of_a_stage_is_refused_with_those_that_there_are(config):
    config["default_hooks"]["purification"]["stages"] = dict(prune=dict(PRUNE, rte=0.1))
    refused(config, "stages.prune", "no setting 'rte'", "rate", "class_cap")


@pytest.mark.parametrize(("strength", "warned"), [(2.5, False), (0.0, True)])
def test_a_run_that_has_learned_next_to_nothing_says_so_when_it_decides(config, tmp_path, strength, warned):
    config["train_dataloader"]["dataset"]["dataset"]["pipeline"][0]["strength"] = strength
    config["default_hooks"]["purification"]["stages"] = dict(correct=CORRECT)
    if not strength:
        config["optim_wrapper"]["optimizer"]["lr"] = 1e-6
    train(config)
    logs = "".join(path.read_text() for path in (tmp_path / "run").glob("**/*.log"))
    assert ("has learned too little for decisions" in logs) == warned


def test_what_is_refused_is_refused_before_anything_is_trained(config, tmp_path):
    config["model"]["cls_head"]["multi_class"] = True
    refused(config)
    assert not list(tmp_path.glob("**/*.pth"))


@pytest.mark.parametrize("job", ["test", "val"])
def test_a_config_with_the_hook_tests_a_purified_checkpoint(config, tmp_path, job):
    """No training starts, so the hook finds no parts; it must not ask for any."""
    from mmengine.config import Config
    from mmengine.runner import Runner

    config["train_cfg"].update(max_epochs=4)
    train(config)
    config.update(
        load_from=str(tmp_path / "run" / "epoch_4.pth"),
        test_dataloader=config["val_dataloader"],
        test_cfg=dict(type="TestLoop"),
        test_evaluator=dict(type="AccMetric"),
        work_dir=str(tmp_path / job),
    )
    runner = Runner.from_cfg(Config(config))
    assert getattr(runner, job)()["acc/top1"] > 0.5


def test_a_stage_that_never_came_to_decide_is_told(config, tmp_path):
    config["train_cfg"].update(max_epochs=4)
    config["default_hooks"]["purification"]["stages"] = None
    train(config)
    config["default_hooks"]["purification"]["stages"] = dict(prune=dict(PRUNE, window=2))
    config["train_cfg"].update(max_epochs=5)
    config.update(resume=True)
    runner = train(config)
    assert hook_of(runner).ledger.keep.all()
    logs = "".join(path.read_text() for path in (tmp_path / "run").glob("**/*.log"))
    assert "stage 'prune' decided 0 of 1 rounds" in logs
