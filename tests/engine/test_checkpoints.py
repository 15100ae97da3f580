"""Traps 8 to 11: what a checkpoint holds, and what is taken from it."""

from __future__ import annotations

from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
import torch
from mmengine import dist
from mmengine.config import Config
from mmengine.runner import Runner

from d2sp_mm.datasets.purified_sampler import DrawnPosition
from d2sp_mm.errors import DataError
from tests.tiny_run import CORRECT, PRUNE, assert_same_weights, hook_of, tiny_config, train, weights_of, write_list

STAGES = dict(prune=PRUNE, correct=CORRECT)


@pytest.fixture(scope="module")
def ann_file(tmp_path_factory):
    return write_list(tmp_path_factory.mktemp("data") / "train.txt", noise=5, mislabel=8)


@pytest.fixture(scope="module")
def unbroken(ann_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unbroken")
    return train(tiny_config(folder, ann_file, stages=STAGES)), folder


def resume(folder, ann_file, epoch, workers=0, persistent=False, **hook):
    """Train to an epoch, then go on from its checkpoint in a new runner."""
    config = tiny_config(folder, ann_file, stages=STAGES, **hook)
    config["train_dataloader"].update(num_workers=workers, persistent_workers=persistent)
    first = Runner.from_cfg(Config(config))
    stop_after(first, epoch)
    first.train()
    config.update(resume=True, load_from=str(folder / f"epoch_{epoch}.pth"))
    return train(config)


def stop_after(runner, epoch):
    """Leave the loop after an epoch, as a killed run does, but with the schedule of the whole run."""
    from mmengine.hooks import Hook

    class Stop(Hook):
        priority = "LOWEST"

        def after_train_epoch(self, runner):
            if runner.epoch + 1 == epoch:
                runner.train_loop.stop_training = True

    runner.register_hook(Stop())


@pytest.mark.parametrize("epoch", [1, 2, 3, 4, 5])
def test_trap_11_resumed_equals_unbroken_bit_for_bit(unbroken, ann_file, tmp_path, epoch):
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


def test_trap_8_saving_uses_no_collective(unbroken, monkeypatch):
    """Only rank 0 saves: a collective in there would wait for the others for ever."""
    runner, _ = unbroken

    def refuse(*args, **kwargs):
        raise AssertionError("a collective in before_save_checkpoint")

    for name in ("all_gather", "all_gather_object", "all_reduce", "broadcast", "barrier", "gather"):
        monkeypatch.setattr(dist, name, refuse)
    hook_of(runner).before_save_checkpoint(runner, {})


def test_trap_9_saving_twice_saves_the_same_and_after_the_decision(unbroken):
    runner, folder = unbroken
    first, second = {}, {}
    hook_of(runner).before_save_checkpoint(runner, first)
    hook_of(runner).before_save_checkpoint(runner, second)
    for name, value in first["purification"]["ledger"].items():
        if isinstance(value, torch.Tensor):
            assert torch.equal(value.nan_to_num(), second["purification"]["ledger"][name].nan_to_num())
    # The checkpoint that closes the deciding epoch holds the decision.
    saved = torch.load(folder / f"epoch_{PRUNE['start']}.pth", weights_only=True)
    assert saved["meta"]["epoch"] == saved["purification"]["ledger"]["next_epoch"] == PRUNE["start"]
    assert torch.equal(saved["purification"]["ledger"]["keep"], torch.from_numpy(hook_of(runner).ledger.keep))
    assert not saved["purification"]["ledger"]["keep"].all()


def test_trap_10_load_from_takes_the_weights_but_not_the_purification(unbroken, ann_file, tmp_path):
    config = tiny_config(tmp_path, ann_file, stages=None)
    config["load_from"] = str(unbroken[1] / "epoch_6.pth")
    runner = train(config)
    ledger = hook_of(runner).ledger
    assert ledger.keep.all()
    assert ledger.next_epoch == 6
    assert (ledger.corrected_labels == ledger.labels).all()


def test_trap_11_the_state_loads_with_weights_only(unbroken):
    saved = torch.load(unbroken[1] / "epoch_6.pth", weights_only=True)
    assert set(saved["purification"]) == {"version", "ledger", "rounds_done", "learner"}
    assert set(saved["exact_resume"]) == {"random_states", "sampler_seed", "inside_epoch"}


def test_the_checkpoint_stays_a_stock_one(unbroken):
    saved = torch.load(unbroken[1] / "epoch_6.pth", weights_only=True)
    assert not [name for name in saved["state_dict"] if "weight_head" in name or "learner" in name]


def test_a_checkpoint_of_another_annotation_is_refused(unbroken, tmp_path):
    other = write_list(tmp_path / "other.txt", noise=5, mislabel=7)
    config = tiny_config(tmp_path, other, stages=STAGES)
    config.update(resume=True, load_from=str(unbroken[1] / "epoch_3.pth"))
    with pytest.raises(DataError, match="digest"):
        train(config)


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


def test_a_stage_that_has_another_score_now_starts_with_fresh_weights(ann_file, tmp_path):
    config = tiny_config(tmp_path, ann_file, stages=dict(prune=dict(PRUNE, start=4, score="entropy")))
    first = Runner.from_cfg(Config(config))
    stop_after(first, 1)
    first.train()
    config["default_hooks"]["purification"]["stages"]["prune"]["score"] = "weight"
    config.update(resume=True, load_from=str(tmp_path / "epoch_1.pth"))
    assert set(hook_of(train(config)).ledger.stages) == {"prune"}


@pytest.mark.parametrize(
    ("hook", "key"),
    [
        *(("purification", key) for key in ("ledger", "rounds_done", "learner")),
        *(("exact_resume", key) for key in ("random_states", "sampler_seed", "inside_epoch")),
    ],
)
def test_a_checkpoint_that_lacks_a_key_is_refused_by_its_name(unbroken, ann_file, tmp_path, hook, key):
    path = tmp_path / "damaged.pth"
    saved = torch.load(unbroken[1] / "epoch_1.pth", weights_only=True)
    del saved[hook][key]
    torch.save(saved, path)
    config = tiny_config(tmp_path, ann_file, stages=STAGES)
    config.update(resume=True, load_from=str(path))
    with pytest.raises(DataError, match=key):
        train(config)
