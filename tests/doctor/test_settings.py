"""Each setting that the doctor names, alone."""

from __future__ import annotations

import pytest
from mmengine.config import Config

from d2sp_mm.doctor.purified import purified_form
from d2sp_mm.doctor.settings import check_settings


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


def test_pruning_that_may_leave_no_full_batch_is_foreseen():
    hooks = dict(purification=dict(stages=dict(prune=dict(type="RandomPruning", rate=0.15, rounds=2, interval=1))))
    loader = dict(batch_size=35, drop_last=True, sampler=dict(epoch_length="shrink"))
    config = Config(dict(train_dataloader=loader, default_hooks=hooks, train_cfg=dict(max_epochs=20)))
    assert any("pruning may leave 34 of 48 samples" in f.what for f in check_settings(config, 48))
    config.train_dataloader.batch_size = 34
    assert not any("pruning may leave" in f.what for f in check_settings(config, 48))


@pytest.mark.parametrize(
    ("draws", "loader", "said"),
    [
        (41, dict(batch_size=8), ("warn", "a batch of one: 41 samples, batch_size=8")),
        (40, dict(batch_size=8), None),
        (41, dict(batch_size=1), None),
        (41, dict(batch_size=8, drop_last=True), None),
        (41, dict(batch_size=48, drop_last=True), ("fail", "drop_last=True with batch_size=48 and 41 samples")),
    ],
)
def test_batches_that_training_cannot_take_are_foreseen(draws, loader, said):
    hooks = dict(purification=dict(stages=None), checkpoint=dict(type="d2sp_mm.AtomicCheckpointHook"))
    config = Config(dict(train_dataloader=loader, default_hooks=hooks))
    found = [(f.level, f.what) for f in check_settings(config, draws) if "batch_size" in f.what]
    assert len(found) == (said is not None)
    assert said is None or (found[0][0] == said[0] and said[1] in found[0][1])
