"""A resumed run equals the unbroken one, bit for bit."""

from __future__ import annotations

from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from d2sp_mm.datasets.purified_sampler import DrawnPosition
from tests.engine.interrupted_run import stop_after
from tests.tiny_run import CORRECT, PRUNE, assert_same_weights, hook_of, tiny_config, train, weights_of, write_list

STAGES = dict(prune=PRUNE, correct=CORRECT)


def resume(folder, ann_file, epoch, workers=0, persistent=False, **hook):
    """Train to an epoch, then go on from its checkpoint in a new runner."""
    config = tiny_config(folder, ann_file, stages=STAGES, **hook)
    config["train_dataloader"].update(num_workers=workers, persistent_workers=persistent)
    first = Runner.from_cfg(Config(config))
    stop_after(first, epoch)
    first.train()
    config.update(resume=True, load_from=str(folder / f"epoch_{epoch}.pth"))
    return train(config)


@pytest.mark.parametrize("epoch", [1, 2, 3, 4, 5])
def test_resumed_equals_unbroken_bit_for_bit(unbroken, ann_file, tmp_path, epoch):
    resumed = resume(tmp_path, ann_file, epoch)
    assert_same_weights(weights_of(resumed), weights_of(unbroken[0]))
    state, expected = (hook_of(r).ledger.state() for r in (resumed, unbroken[0]))
    for name in expected:
        np.testing.assert_array_equal(state[name], expected[name], err_msg=name)
    for name in ("ledger.csv", "decisions.csv", "train_purified.txt"):
        here, there = tmp_path / "purification" / name, unbroken[1] / "purification" / name
        assert here.read_bytes() == there.read_bytes()


@pytest.mark.parametrize(("persistent", "epoch"), [(False, 3), (True, 1), (True, 3)])
def test_resumed_equals_unbroken_with_workers(ann_file, tmp_path, persistent, epoch):
    config = tiny_config(tmp_path / "unbroken", ann_file, stages=STAGES)
    config["train_dataloader"].update(num_workers=2, persistent_workers=persistent)
    unbroken = train(config)
    resumed = resume(tmp_path / "resumed", ann_file, epoch, workers=2, persistent=persistent)
    assert_same_weights(weights_of(resumed), weights_of(unbroken))
    state, expected = (hook_of(r).ledger.state() for r in (resumed, unbroken))
    for name in expected:
        np.testing.assert_array_equal(state[name], expected[name], err_msg=name)


@pytest.mark.parametrize("workers", [0, 2])
def test_resumed_equals_unbroken_where_clips_cannot_be_decoded(tmp_path, workers):
    """What stands in for them is drawn as in the unbroken run, before and after pruning."""
    ann_file = write_list(tmp_path / "train.txt", noise=5, mislabel=8, broken=9)
    (tmp_path / "train.txt").write_text("".join(sorted(ann_file.read_text().splitlines(keepends=True))))
    other = dict(val_dataloader=None, val_cfg=None, val_evaluator=None)
    config = {**tiny_config(tmp_path / "unbroken", ann_file, stages=STAGES), **other}
    config["train_dataloader"].update(num_workers=workers)
    unbroken = train(config)
    for epoch in (1, 3):
        config = {**tiny_config(tmp_path / f"resumed{epoch}", ann_file, stages=STAGES), **other}
        config["train_dataloader"].update(num_workers=workers)
        first = Runner.from_cfg(Config(config))
        stop_after(first, epoch)
        first.train()
        resumed = train({**config, "resume": True})
        assert_same_weights(weights_of(resumed), weights_of(unbroken))


def test_persistent_workers_draw_anew_in_each_epoch_and_each_for_itself(ann_file, tmp_path):
    """Were the seed the same in two epochs or workers, augmentations would repeat."""
    config = tiny_config(tmp_path, ann_file, stages=STAGES)
    config["train_dataloader"].update(num_workers=2, persistent_workers=True)
    runner = train(config)
    dataset, seen = runner.train_dataloader.dataset, set()
    for epoch in range(2):
        for worker in range(2):
            with mock.patch("d2sp_mm.datasets.indexed_dataset.get_worker_info", lambda w=worker: SimpleNamespace(id=w)):
                dataset[DrawnPosition(0, (), (3, epoch, 0))]
            seen.add((np.random.get_state()[1][0], torch.initial_seed()))
            dataset._seeded_with = None
    assert len(seen) == 4


def test_a_run_without_a_seed_goes_on_with_the_order_that_it_drew(ann_file, tmp_path):
    """MMEngine draws a new seed for the resumed run before it reads the checkpoint."""
    config = tiny_config(tmp_path, ann_file, stages=STAGES)
    config["randomness"] = dict(seed=None)
    first = Runner.from_cfg(Config(config))
    stop_after(first, 3)
    first.train()
    config.update(resume=True, load_from=str(tmp_path / "epoch_3.pth"))
    resumed = train(config)
    assert resumed.train_dataloader.sampler.seed == first.train_dataloader.sampler.seed
