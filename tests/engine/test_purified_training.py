"""Which samples are drawn, with which labels, and the schedule when the epoch shrinks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from mmaction.registry import MODELS, TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from torch import nn

from d2sp_mm.datasets.indexed_dataset import SAMPLE_INDEX
from tests.tiny_run import (
    CORRECT,
    PRUNE,
    TinyBackbone,
    assert_same_weights,
    hook_of,
    tiny_config,
    train,
    weights_of,
    write_list,
)

STAGES = dict(prune=PRUNE, correct=CORRECT)
HEAVY = dict(PRUNE, rate=0.4, class_cap=1.0)


@HOOKS.register_module(force=True)
class SeenLabels(Hook):
    """Writes down which label each sample is trained with, in every epoch."""

    priority = "LOW"

    def __init__(self):
        self.epochs = {}

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        seen = self.epochs.setdefault(runner.epoch, [])
        for data_sample in data_batch["data_samples"]:
            seen.append((data_sample.metainfo[SAMPLE_INDEX], int(data_sample.gt_label)))


@TRANSFORMS.register_module(force=True)
class BreakLater(BaseTransform):
    """Lets one clip decode once only, as a file system does that fails."""

    def __init__(self, number):
        self.number = number
        self.times = 0

    def transform(self, results):
        if Path(results["filename"]).stem.split("_")[2] == self.number:
            self.times += 1
            if self.times > 1:
                raise RuntimeError("gone")
        return results


def run_that_sees_labels(tmp_path, **changes):
    ann_file = write_list(tmp_path / "train.txt", noise=5, mislabel=8)
    config = tiny_config(tmp_path, ann_file, stages=STAGES)
    config["custom_hooks"] = [dict(type="SeenLabels")]
    config["train_dataloader"].update(changes)
    runner = train(config)
    return runner, next(h for h in runner.hooks if isinstance(h, SeenLabels)).epochs


@pytest.mark.parametrize("workers", [dict(), dict(num_workers=1, persistent_workers=True)], ids=["main", "persistent"])
def test_decisions_reach_every_sample_of_the_next_epoch_and_none_of_this(tmp_path, workers):
    runner, epochs = run_that_sees_labels(tmp_path, **workers)
    ledger = hook_of(runner).ledger
    corrected = np.flatnonzero(ledger.corrected_labels != ledger.labels)
    assert len(corrected) > 0
    pruned = set(np.flatnonzero(~ledger.keep))
    assert pruned
    for epoch, seen in epochs.items():
        after_pruning, after_correction = epoch >= PRUNE["start"], epoch >= CORRECT["start"]
        labels = ledger.corrected_labels if after_correction else ledger.labels
        assert all(label == labels[sample] for sample, label in seen)
        assert bool(pruned & {sample for sample, _ in seen}) != after_pruning


def test_the_wrapped_dataset_is_never_edited(tmp_path):
    runner, _ = run_that_sees_labels(tmp_path)
    ledger, inner = hook_of(runner).ledger, runner.train_dataloader.dataset.dataset
    assert len(inner) == len(ledger)
    assert [inner.get_data_info(i)["label"] for i in range(len(inner))] == ledger.labels.tolist()


@pytest.mark.parametrize("workers", [dict(), dict(num_workers=1, persistent_workers=True)], ids=["main", "persistent"])
def test_nothing_that_was_pruned_is_trained_on_in_place_of_an_undecodable_clip(tmp_path, workers):
    ann_file = write_list(tmp_path / "train.txt", broken=8)
    prune = dict(type="d2sp_mm.RandomPruning", start=1, rate=0.4, class_cap=0.5, seed=1)
    # Number 20 decodes once and never again, which is tolerated here.
    config = tiny_config(tmp_path / "run", ann_file, stages=dict(prune=prune), failure_tolerance=1.0)
    config["train_dataloader"]["dataset"]["dataset"]["pipeline"].insert(1, dict(type="BreakLater", number="20"))
    config["train_dataloader"].update(workers)
    config["custom_hooks"] = [dict(type="SeenLabels")]
    config["val_dataloader"]["dataset"]["ann_file"] = str(write_list(tmp_path / "val.txt"))
    runner = train(config)
    ledger = hook_of(runner).ledger
    pruned = set(np.flatnonzero(~ledger.keep))
    assert set(range(8)) <= pruned
    assert len(pruned) > 12
    assert ledger.keep[20] and ledger.undecodable[20] > 1
    epochs = next(h for h in runner.hooks if isinstance(h, SeenLabels)).epochs
    for epoch in range(1, 6):
        assert not pruned & {sample for sample, _ in epochs[epoch]}


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


def run_that_sees_rates(tmp_path, stages, epoch_length, by_epoch=False):
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
def test_learning_rate_at_epoch_ends_is_as_configured(tmp_path, epoch_length, by_epoch):
    _, stock = run_that_sees_rates(tmp_path / "a", None, "keep", by_epoch)
    runner, pruned = run_that_sees_rates(tmp_path / "b", dict(prune=HEAVY), epoch_length, by_epoch)
    assert (~hook_of(runner).ledger.keep).sum() == 19
    np.testing.assert_allclose(pruned.rates, stock.rates, rtol=1e-9)


def test_shrinking_saves_iterations_and_the_loop_knows(tmp_path):
    runner, seen = run_that_sees_rates(tmp_path, dict(prune=HEAVY), "shrink")
    # 48 clips make 6 iterations; 29 survivors make 4, from the third epoch on.
    assert np.diff([0, *seen.iterations]).tolist() == [6, 6, 4, 4, 4, 4]
    assert runner.max_iters == runner.iter == 28


def test_keeping_the_length_keeps_the_budget(tmp_path):
    _, seen = run_that_sees_rates(tmp_path, dict(prune=HEAVY), "keep")
    assert np.diff([0, *seen.iterations]).tolist() == [6] * 6


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
