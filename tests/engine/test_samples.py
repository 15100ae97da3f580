"""Traps 1, 2, 3, 7, 12 and 13: which sample a number belongs to, and which label it is trained with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from mmaction.registry import DATASETS, TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from d2sp_mm.datasets.indexed_dataset import SAMPLE_INDEX
from d2sp_mm.engine.epoch_buffer import EpochBuffer
from d2sp_mm.errors import DataError
from d2sp_mm.models.losses.observing_cross_entropy import BatchObservation
from tests.tiny_run import CORRECT, PRUNE, hook_of, tiny_config, train, write_list

STAGES = dict(prune=PRUNE, correct=CORRECT)


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


def run(tmp_path, **changes):
    ann_file = write_list(tmp_path / "train.txt", noise=5, mislabel=8)
    config = tiny_config(tmp_path, ann_file, stages=STAGES)
    config["custom_hooks"] = [dict(type="SeenLabels")]
    config["train_dataloader"].update(changes)
    runner = train(config)
    return runner, next(h for h in runner.hooks if isinstance(h, SeenLabels)).epochs


@pytest.mark.parametrize("workers", [dict(), dict(num_workers=1, persistent_workers=True)], ids=["main", "persistent"])
def test_trap_1_and_2_decisions_reach_every_sample_of_the_next_epoch_and_none_of_this(tmp_path, workers):
    runner, epochs = run(tmp_path, **workers)
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


def test_trap_3_the_wrapped_dataset_is_never_edited(tmp_path):
    runner, _ = run(tmp_path)
    ledger, inner = hook_of(runner).ledger, runner.train_dataloader.dataset.dataset
    assert len(inner) == len(ledger)
    assert [inner.get_data_info(i)["label"] for i in range(len(inner))] == ledger.labels.tolist()


def test_trap_7_undecodable_clips_are_blamed_reported_and_pruned(tmp_path):
    ann_file = write_list(tmp_path / "train.txt", broken=3)
    config = tiny_config(tmp_path, ann_file, stages=dict(prune=PRUNE))
    config["val_dataloader"]["dataset"]["ann_file"] = str(write_list(tmp_path / "val.txt"))
    runner = train(config)
    ledger = hook_of(runner).ledger
    assert np.flatnonzero(ledger.undecodable).tolist() == [0, 1, 2]
    assert not ledger.keep[:3].any()
    assert ledger.scores["quality_score"][:3].tolist() == [0, 0, 0]


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


def test_the_purified_annotation_holds_nothing_undecodable_however_much_there_is(tmp_path):
    """MMAction2's own dataset would stop at the first."""
    ann_file = write_list(tmp_path / "train.txt", broken=12)
    config = tiny_config(tmp_path / "run", ann_file, stages=dict(prune=PRUNE))
    config["val_dataloader"]["dataset"]["ann_file"] = str(write_list(tmp_path / "val.txt"))
    ledger = hook_of(train(config)).ledger
    assert not ledger.keep[:12].any()
    assert set(ledger.stages) == {"undecodable"}
    purified = str(tmp_path / "run" / "purification" / "train_purified.txt")
    stock = DATASETS.build(dict(config["train_dataloader"]["dataset"]["dataset"], ann_file=purified))
    assert len([stock[i] for i in range(len(stock))]) == 36


def test_too_many_undecodable_clips_stop_the_run(tmp_path):
    ann_file = write_list(tmp_path / "train.txt", broken=10)
    with pytest.raises(DataError, match="max_undecodable"):
        train(tiny_config(tmp_path, ann_file, max_undecodable=0.1))


def batch(indices, scores, weights=None):
    return indices, BatchObservation(torch.tensor(scores), torch.zeros(len(indices)), weights), {}


def test_trap_12_duplicates_count_once():
    buffer = EpochBuffer()
    buffer.add(*batch([4, 2], [[0.0, 5.0], [5.0, 0.0]]))
    buffer.add(*batch([2, 4], [[0.0, 5.0], [0.0, 5.0]]))
    seen = buffer.gather()
    assert seen.indices.tolist() == [2, 4]
    assert seen.probs.argmax(axis=1).tolist() == [0, 1]
    assert buffer.gather() is None


@pytest.mark.parametrize(("most", "stops"), [(0.5, False), (0.2, True)])
def test_a_few_scores_that_are_not_finite_count_as_not_seen_and_many_stop_the_run(most, stops):
    buffer = EpochBuffer()
    buffer.add(*batch([0, 1, 2], [[float("nan"), 0.0], [1.0, 0.0], [0.0, 1.0]]))
    seen = buffer.gather()
    if stops:
        with pytest.raises(DataError, match="1 of 3 samples"):
            seen.finite(most)
    else:
        assert seen.finite(most).indices.tolist() == [1, 2]


def test_trap_13_indices_do_not_pass_through_half_precision():
    buffer = EpochBuffer()
    indices = [2048, 2049, 4097]
    scores = torch.zeros(3, 2, dtype=torch.float16)
    buffer.add(indices, BatchObservation(scores, torch.zeros(3)), {})
    assert buffer.gather().indices.tolist() == indices


def test_observations_land_on_their_sample(tmp_path):
    """A clip's class is in its key: what the ledger holds of it must fit."""
    ann_file = write_list(tmp_path / "train.txt")
    runner = train(tiny_config(tmp_path, ann_file))
    ledger = hook_of(runner).ledger
    predictions = ledger.observations.predictions(1, 5)[0]
    looks = [int(key.split("_")[0]) for key in ledger.keys]
    assert np.mean(predictions == looks) > 0.9


def test_the_runner_is_built_from_the_config_alone(tmp_path):
    """Names of scope d2sp_mm resolve without custom_imports of the components."""
    ann_file = write_list(tmp_path / "train.txt")
    runner = Runner.from_cfg(Config(tiny_config(tmp_path, ann_file, stages=STAGES)))
    assert hook_of(runner).stages.keys() == STAGES.keys()


def test_the_classes_are_balanced_by_what_is_drawn(tmp_path):
    """Trap 6's wrappers: a part that stands in an epoch three times is trained on three times."""
    parts = []
    for name, per_class in (("once", 4), ("thrice", 1)):
        inner = dict(type="VideoDataset", ann_file=str(write_list(tmp_path / f"{name}.txt", per_class=per_class)))
        inner["pipeline"] = [dict(type="MakeClip"), dict(type="PackActionInputs")]
        parts.append(inner)
    parts[1] = dict(type="RepeatDataset", times=3, dataset=parts[1])
    config = tiny_config(tmp_path / "run", tmp_path / "once.txt")
    config["train_dataloader"]["dataset"]["dataset"] = dict(type="ConcatDataset", datasets=parts)
    config["model"]["cls_head"]["loss_cls"]["class_weight"] = [1.0, 2.0, 1.0, 1.0]
    config["train_cfg"].update(max_epochs=1)
    ledger = hook_of(train(config)).ledger
    assert ledger.class_counts.tolist() == [5, 5, 5, 5]
    assert ledger.class_frequencies.tolist() == [7.0, 14.0, 7.0, 7.0]
