"""Traps 5 and 16: the schedule when the epoch shrinks, and decisions when a resume passes their epoch."""

from __future__ import annotations

import numpy as np
import pytest
from mmaction.registry import MODELS
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from torch import nn

from tests.tiny_run import (
    PRUNE,
    TinyBackbone,
    assert_same_weights,
    hook_of,
    tiny_config,
    train,
    weights_of,
    write_list,
)

HEAVY = dict(PRUNE, rate=0.4, class_cap=1.0)


@HOOKS.register_module(force=True)
class SeenRates(Hook):
    """Writes down the learning rate at the end of every epoch, and the iterations."""

    priority = "VERY_LOW"

    def __init__(self):
        self.rates = []
        self.iterations = []

    def after_train_epoch(self, runner):
        self.rates.append(runner.optim_wrapper.get_lr()["lr"][0])
        self.iterations.append(runner.iter)


def run(tmp_path, stages, epoch_length, by_epoch=False):
    tmp_path.mkdir(exist_ok=True)
    ann_file = write_list(tmp_path / "train.txt")
    config = tiny_config(tmp_path / "run", ann_file, stages=stages)
    config["train_dataloader"]["sampler"]["epoch_length"] = epoch_length
    config["param_scheduler"][0]["convert_to_iter_based"] = not by_epoch
    config["custom_hooks"] = [dict(type="SeenRates")]
    runner = train(config)
    return runner, next(h for h in runner.hooks if isinstance(h, SeenRates))


@pytest.mark.parametrize("by_epoch", [True, False])
@pytest.mark.parametrize("epoch_length", ["keep", "shrink"])
def test_trap_5_learning_rate_at_epoch_ends_is_as_configured(tmp_path, epoch_length, by_epoch):
    _, stock = run(tmp_path / "a", None, "keep", by_epoch)
    runner, pruned = run(tmp_path / "b", dict(prune=HEAVY), epoch_length, by_epoch)
    assert (~hook_of(runner).ledger.keep).sum() == 19
    np.testing.assert_allclose(pruned.rates, stock.rates, rtol=1e-9)


def test_trap_5_shrinking_saves_iterations_and_the_loop_knows(tmp_path):
    runner, seen = run(tmp_path, dict(prune=HEAVY), "shrink")
    # 48 clips make 6 iterations; 29 survivors make 4, from the third epoch on.
    assert np.diff([0, *seen.iterations]).tolist() == [6, 6, 4, 4, 4, 4]
    assert runner.max_iters == runner.iter == 28


def test_keeping_the_length_keeps_the_budget(tmp_path):
    _, seen = run(tmp_path, dict(prune=HEAVY), "keep")
    assert np.diff([0, *seen.iterations]).tolist() == [6] * 6


@pytest.mark.parametrize("window", [2, 1.0])
def test_trap_16_a_decision_that_a_resume_has_passed_is_made_up_for(tmp_path, window):
    ann_file = write_list(tmp_path / "train.txt")
    config = tiny_config(tmp_path / "plain", ann_file, stages=None)
    config["train_cfg"]["max_epochs"] = 3
    train(config)
    config = tiny_config(tmp_path / "plain", ann_file, stages=dict(prune=dict(PRUNE, window=window)))
    config.update(resume=True)
    # A late round looks at no more epochs than were planned for, which the ledger has room for. The checkpoint's
    # purification state has no such stage; its epoch 2 is behind, its window is filled anew.
    runner = train(config)
    history = hook_of(runner).ledger.decisions.columns
    assert len(history["sample"]) == 5
    assert set(history["epoch"]) == {4}


@pytest.mark.parametrize(
    ("stage", "message"), [(dict(PRUNE, start=7), "max_epochs=6"), (dict(PRUNE, window=3), "window=3")]
)
def test_a_stage_that_cannot_run_is_refused_before_training(tmp_path, stage, message):
    from d2sp_mm.errors import ConfigError

    ann_file = write_list(tmp_path / "train.txt")
    with pytest.raises(ConfigError, match=message):
        train(tiny_config(tmp_path, ann_file, stages=dict(prune=stage)))
    assert not list(tmp_path.glob("epoch_*.pth"))


@MODELS.register_module(force=True)
class NormOfClips(TinyBackbone):
    """Normalises over the clips of a batch alone, as heads with BatchNorm1d do."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(32)

    def forward(self, x):
        return self.norm(super().forward(x).flatten(1))[:, :, None, None, None]


@pytest.mark.parametrize("per_class", [12, 10])
def test_pruning_leaves_no_batch_that_batch_normalisation_cannot_train_on(tmp_path, per_class):
    ann_file = write_list(tmp_path / "train.txt", per_class=per_class)
    # 48 - 7 = 41 = 5 x 8 + 1; of 41 clips plain training would end in the first epoch.
    stages = dict(prune=dict(type="d2sp_mm.RandomPruning", start=2, rate=0.15, class_cap=1.0))
    if per_class == 10:
        ann_file.write_text(ann_file.read_text() + "0_good_40.mp4 0\n")
    config = tiny_config(tmp_path / "run", ann_file, stages=stages)
    config["model"]["backbone"] = dict(type="NormOfClips")
    config["train_dataloader"]["sampler"]["epoch_length"] = "shrink"
    runner = train(config)
    assert hook_of(runner).ledger.keep.sum() == (41 if per_class == 12 else 35)
    resumed = {**config, "resume": True, "load_from": str(tmp_path / "run" / "epoch_3.pth")}
    resumed["work_dir"], resumed["experiment_name"] = str(tmp_path / "resumed"), f"resumed_{per_class}"
    assert_same_weights(weights_of(runner), weights_of(train(resumed)))
