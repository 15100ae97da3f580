"""Each setting that the doctor names, alone."""

from __future__ import annotations

import importlib.metadata

import pytest
from mmengine.config import Config

from d2sp_mm.doctor import environment
from d2sp_mm.doctor.class_counts import check_class_counts
from d2sp_mm.doctor.environment import check_environment
from d2sp_mm.doctor.purified import purified_form
from d2sp_mm.doctor.settings import check_settings
from tests.tiny_run import CORRECT, PRUNE, tiny_config, write_list


@pytest.fixture
def config(tmp_path) -> Config:
    """A purified config that nothing is wrong with."""
    settings = tiny_config(tmp_path / "work", write_list(tmp_path / "train.txt"), stages=dict(prune=PRUNE, correct=CORRECT))
    settings["default_hooks"]["checkpoint"]["type"] = "d2sp_mm.AtomicCheckpointHook"
    settings["custom_imports"] = dict(imports=["d2sp_mm.compat"], allow_failed_imports=False)
    return Config(settings)


def said(config: Config, num_samples: int | None = None) -> list[tuple[str, str]]:
    return [(finding.level, finding.what) for finding in check_settings(config, num_samples)]


def test_nothing_is_said_where_nothing_is_wrong(config):
    assert said(config) == said(config, 100_000) == []
    assert purified_form(config, None)[0].to_dict() == config.to_dict()


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({"custom_imports": dict(imports=["other"])}, "warn", "custom_imports lacks 'd2sp_mm.compat'"),
        ({"optim_wrapper.type": "AmpOptimWrapper"}, "fail", "AmpOptimWrapper' needs a GPU"),
        ({"load_from": "absent.pth"}, "fail", "load_from='absent.pth' is not there"),
        ({"work_dir": f"{__file__}/below-a-file"}, "fail", "cannot be written to"),
        ({"train_dataloader.drop_last": True}, "warn", "drop_last=True"),
        ({"randomness.seed": None}, "warn", "no seed"),
        ({"val_evaluator": dict(type="AccMetric", metric_list=("top_k_accuracy",))}, "warn", "rare classes"),
        ({"default_hooks.checkpoint.type": "CheckpointHook"}, "warn", "removes the old before the new is there"),
        ({"default_hooks.exact_resume": None}, "warn", "there is no ExactResumeHook"),
        ({"default_hooks.checkpoint.priority": "HIGH"}, "fail", "checkpoints would lack the last decision"),
        ({"default_hooks.purification.priority": 95}, "fail", "checkpoints would lack the last decision"),
        ({"custom_hooks": [dict(type="EarlyStoppingHook", monitor="acc/top1")]}, "warn", "EarlyStoppingHook"),
    ],
)
def test_a_setting_is_named(config, changes, level, words):
    config.merge_from_dict(changes)
    ((found, what),) = said(config)
    assert found == level and words in what


def test_the_best_epoch_on_the_test_set_is_named_and_on_a_part_of_the_training_set_is_not(config):
    config.default_hooks.checkpoint.save_best = "auto"
    assert said(config) == []
    config.test_dataloader = config.val_dataloader
    assert "chooses the epoch on the test set" in said(config)[0][1]
    config.test_dataloader = dict(dataset=dict(type="VideoDataset", ann_file="other.txt"))
    assert said(config) == []


def test_a_remote_checkpoint_is_left_to_the_run(config):
    config.load_from = "https://example.org/model.pth"
    assert said(config) == []


def test_decisions_after_few_iterations_are_named(config):
    # 4,000 samples in batches of 8 for 2 and 4 epochs.
    assert [what for _, what in said(config, 4000)] == []
    few = [what for _, what in said(config, 2000)]
    assert len(few) == 1 and "stage 'prune' first decides after 2 epochs, 500 iterations" in few[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c.train_dataloader.update(sampler=dict(type="DefaultSampler")), "train_dataloader.sampler.type"),
        (lambda c: c.train_dataloader.update(dataset=c.train_dataloader.dataset.dataset), "train_dataloader.dataset.type"),
        (lambda c: c.model.cls_head.update(loss_cls=dict(type="CrossEntropyLoss")), "model.cls_head.loss_cls.type"),
    ],
)
def test_a_part_that_a_config_by_hand_lacks_is_named(config, change, words):
    change(config)
    lacking = [finding for finding in purified_form(config, None)[1] if finding.level == "fail"]
    assert len(lacking) == 1 and words in lacking[0].what and "d2sp_mm." in lacking[0].advice


def test_a_purified_config_that_cannot_work_is_named(config):
    config.train_cfg.max_epochs = 1
    purified, (finding,) = purified_form(config, None)
    assert purified is None and "max_epochs=1" in finding.what
    config.train_cfg.max_epochs = 6
    config.model.data_preprocessor.blending = dict(type="MixupBlending", num_classes=4, alpha=0.2)
    purified, (finding,) = purified_form(config, None)
    assert purified is None and "MixupBlending" in finding.what
    config.model.data_preprocessor.pop("blending")
    config.train_cfg.max_epochs = 20
    purified, (finding,) = purified_form(config, "random-prune")
    assert list(purified.default_hooks.purification.stages) == ["prune"]
    assert purified.default_hooks.purification.stages.prune.type == "d2sp_mm.RandomPruning"
    assert purified.train_dataloader.dataset.dataset.type == "VideoDataset"


def counted(config: Config, counts: list[int]) -> list[tuple[str, str]]:
    labels = [label for label, count in enumerate(counts) for _ in range(count)]
    return [(finding.level, finding.what) for finding in check_class_counts(config, labels)]


def test_class_counts_stand_against_rate_cap_and_floor(config):
    assert [level for level, _ in counted(config, [100, 100, 100, 100])] == ["ok", "ok"]
    (level, what) = counted(config, [100, 100, 100, 0])[1]
    assert level == "warn" and "no training sample of class 3" in what
    (level, what) = counted(config, [100, 100, 9, 8])[1]
    assert level == "warn" and "fewer than 10 samples of classes 2, 3" in what
    config.default_hooks.purification.stages.prune.class_floor = 95
    (level, what) = counted(config, [100, 100, 100, 100])[1]
    assert level == "warn" and "rate=0.1 wants 40 samples, but class_cap=0.3, class_floor=95 leave 20" in what
    config.default_hooks.purification.stages.prune.class_floor = 60
    (level, what) = counted(config, [400, 400, 400, 50])[-1]
    assert level == "warn" and "let nothing go of class 3" in what


def test_the_environment_of_the_lock_has_nothing_to_look_at():
    findings = check_environment(Config(dict(pipeline="DecordInit")))
    assert {finding.level for finding in findings} == {"ok"}
    assert [f for f in findings if f.what == f"torch {importlib.metadata.version('torch')}"]
    assert [f for f in findings if "bridged: " in f.what and "DRN" in f.what]


@pytest.mark.parametrize(
    ("versions", "level", "words"),
    [
        ({"mmcv": (2, 2, 0)}, "fail", "asserts mmcv < 2.2.0"),
        ({"numpy": (2, 1, 0)}, "warn", "under numpy 2"),
    ],
)
def test_versions_that_do_not_go_together_are_named(monkeypatch, versions, level, words):
    monkeypatch.setattr(environment, "release_of", versions.get)
    (finding,) = [finding for finding in check_environment(Config(dict(pipeline="DecordInit"))) if finding.level != "ok"]
    assert finding.level == level and words in finding.what and finding.advice


def test_what_is_not_installed_and_two_of_opencv_are_named(monkeypatch):
    monkeypatch.setattr(environment, "module_installed", lambda name: name != "decord")
    assert [f.what for f in check_environment(Config(dict(pipeline="DecordInit"))) if f.level == "fail"] == [
        "decord is not installed"
    ]
    monkeypatch.setattr(environment, "_version", lambda name: "4.11" if name.startswith("opencv-python") else None)
    assert [f for f in check_environment(Config(dict(pipeline="DecordInit"))) if "write the same folder cv2" in f.what]
