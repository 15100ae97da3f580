"""Checkpoint files: whole or not there, never none, and the name of the last one mended."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

import pytest
import torch
from mmengine.config import Config
from mmengine.fileio import LocalBackend
from mmengine.hooks import Hook
from mmengine.runner import Runner

from d2sp_mm.engine.hooks.atomic_checkpoint_hook import LateRemovalBackend
from d2sp_mm.errors import DataError, WriteError
from tests.tiny_run import CORRECT, PRUNE, assert_same_weights, hook_of, tiny_config, train, weights_of

STAGES = dict(prune=PRUNE, correct=CORRECT)


def config_of(folder, ann_file, kind="d2sp_mm.AtomicCheckpointHook", stages=STAGES, **checkpoint):
    config = tiny_config(folder, ann_file, stages=stages)
    config["default_hooks"]["checkpoint"] = dict(type=kind, interval=1, **checkpoint)
    return config


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file() and path.suffix != ".py"}


@pytest.mark.parametrize(
    "settings",
    [
        dict(),
        dict(max_keep_ckpts=1),
        dict(max_keep_ckpts=2, save_best="acc/top1"),
        dict(max_keep_ckpts=1, save_best=["acc/top1", "acc/mean1"]),
    ],
    ids=str,
)
def test_it_leaves_the_files_of_the_stock_hook(ann_file, tmp_path, settings):
    stock = train(config_of(tmp_path / "stock", ann_file, "CheckpointHook", **settings))
    ours = train(config_of(tmp_path / "ours", ann_file, **settings))
    assert_same_weights(weights_of(ours), weights_of(stock))
    assert files(tmp_path / "ours") == files(tmp_path / "stock")
    last = (tmp_path / "ours" / "last_checkpoint").read_text()
    assert last == str(tmp_path / "ours" / "epoch_6.pth")


class Count(Hook):
    """Counts whole checkpoints whenever one is about to be written or removed."""

    def __init__(self) -> None:
        self.there: list[int] = []

    def before_save_checkpoint(self, runner, checkpoint):
        self.there.append(len(list(Path(runner.work_dir).glob("epoch_*.pth"))))


def test_while_one_is_written_the_one_before_is_there(ann_file, tmp_path):
    config = config_of(tmp_path, ann_file, max_keep_ckpts=1)
    runner, count = Runner.from_cfg(Config(config)), Count()
    runner.register_hook(count)
    runner.train()
    assert count.there == [0, 1, 1, 1, 1, 1]


def test_a_full_disk_stops_the_run_and_leaves_the_last_checkpoint(ann_file, tmp_path):
    """The third write fails half way."""
    real, calls = os.fsync, []

    def full(descriptor):
        calls.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        if sum(".pth" in call for call in calls) == 3:
            raise OSError(28, "No space left on device")
        real(descriptor)

    with mock.patch("os.fsync", full), pytest.raises(WriteError, match=r"epoch_3\.pth'.*No space left.*free space"):
        train(config_of(tmp_path, ann_file, max_keep_ckpts=1))
    assert {name for name in files(tmp_path) if "epoch" in name} == {"epoch_2.pth"}
    unbroken = train(config_of(tmp_path / "unbroken", ann_file, max_keep_ckpts=1))
    resumed = train({**config_of(tmp_path, ann_file, max_keep_ckpts=1), "resume": True})
    assert_same_weights(weights_of(resumed), weights_of(unbroken))


def test_another_backend_is_left_alone(ann_file, tmp_path):
    config = config_of(tmp_path, ann_file, backend_args=dict(backend="local"))
    with mock.patch.object(LocalBackend, "put", autospec=True, side_effect=LocalBackend.put) as put:
        train(config)
    assert put.call_count == 6


@pytest.mark.parametrize("damage", ["empty", "absent", "half"])
def test_a_resume_goes_on_from_the_newest_whole_checkpoint(ann_file, tmp_path, damage):
    unbroken = train(config_of(tmp_path, ann_file))
    for epoch in (4, 5, 6):
        whole = (tmp_path / f"epoch_{epoch}.pth").read_bytes()
        (tmp_path / f"epoch_{epoch}.pth").unlink()
    names = {"empty": "", "absent": "/elsewhere/epoch_5.pth", "half": str(tmp_path / "epoch_4.pth")}
    (tmp_path / "last_checkpoint").write_text(names[damage])
    if damage == "half":
        (tmp_path / "epoch_4.pth").write_bytes(whole[: len(whole) // 2])
    (tmp_path / ".epoch_4.pth.abcdefgh.d2sp-tmp").write_bytes(b"left by a killed process")
    resumed = train({**config_of(tmp_path, ann_file), "resume": True})
    assert_same_weights(weights_of(resumed), weights_of(unbroken))
    assert hook_of(resumed).ledger.state()["digest"] == hook_of(unbroken).ledger.state()["digest"]
    assert not list(tmp_path.glob("*.d2sp-tmp"))
    said = "".join(path.read_text() for path in tmp_path.glob("*/*.log"))
    assert f"no whole checkpoint; naming {tmp_path / 'epoch_3.pth'} instead" in said


@pytest.mark.parametrize("load_from", [False, True])
def test_without_any_whole_checkpoint_nothing_is_overwritten(ann_file, tmp_path, load_from):
    half = tmp_path / "epoch_1.pth"
    half.write_bytes(b"PK and no more")
    (tmp_path / "last_checkpoint").write_text(str(half))
    # Neither a published checkpoint nor one of another name is one to go on from.
    torch.save({}, tmp_path / "epoch_20-ab123456.pth")
    torch.save({}, tmp_path / "iter_20.pth")
    config = {**config_of(tmp_path, ann_file), "resume": True, "load_from": str(half) if load_from else None}
    says = r"load_from='.*epoch_1.pth' is a part" if load_from else "holds no other; name one by load_from"
    with pytest.raises(DataError, match=says):
        train(config)
    assert half.read_bytes() == b"PK and no more" and (tmp_path / "last_checkpoint").read_text() == str(half)


def test_the_newest_is_not_the_one_of_most_epochs(ann_file, tmp_path):
    """An older run, trained longer, has left its last one in the folder."""
    train(config_of(tmp_path, ann_file))
    old = tmp_path / "epoch_40.pth"
    torch.save({}, old)
    os.utime(old, (1, 1))
    (tmp_path / "last_checkpoint").write_text("")
    resumed = train({**config_of(tmp_path, ann_file), "resume": True})
    assert resumed.epoch == 6


def test_testing_touches_nothing_of_a_run_that_may_be_training(ann_file, tmp_path):
    train(config_of(tmp_path, ann_file))
    (tmp_path / "last_checkpoint").write_text("")
    (tmp_path / ".epoch_7.pth.abcdefgh.d2sp-tmp").write_bytes(b"being written")
    config = config_of(tmp_path, ann_file)
    config.update(test_dataloader=config["val_dataloader"], test_evaluator=config["val_evaluator"], experiment_name="test")
    config.update(test_cfg=dict(type="TestLoop"), load_from=str(tmp_path / "epoch_6.pth"))
    Runner.from_cfg(Config(config)).test()
    assert (tmp_path / "last_checkpoint").read_text() == ""
    assert (tmp_path / ".epoch_7.pth.abcdefgh.d2sp-tmp").is_file()


def test_checkpoints_in_another_folder_are_cleared_up_there(ann_file, tmp_path):
    out = dict(out_dir=str(tmp_path / "out"), max_keep_ckpts=1)
    train(config_of(tmp_path / "run", ann_file, **out))
    (tmp_path / "out" / "run" / ".epoch_6.pth.abcdefgh.d2sp-tmp").write_bytes(b"left")
    train({**config_of(tmp_path / "run", ann_file, **out), "resume": True})
    assert os.listdir(tmp_path / "out" / "run") == ["epoch_6.pth"]
    assert (tmp_path / "run" / "last_checkpoint").read_text() == str(tmp_path / "out" / "run" / "epoch_6.pth")


class KilledBeforeValidation(Hook):
    """Ends a run as a kill does between a checkpoint and the validation that follows it."""

    priority = "LOWEST"

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def after_train_epoch(self, runner):
        if runner.epoch + 1 == self.epoch:
            raise KeyboardInterrupt


@pytest.mark.parametrize("stages", [None, STAGES], ids=["observes", "acts"])
@pytest.mark.parametrize("epoch", [2, 3, 4, 6])
def test_the_validation_that_a_broken_run_owed_is_made_up_for(ann_file, tmp_path, stages, epoch):
    """It ends as the unbroken run, the best checkpoint and the weights of a run that only observes among it."""
    settings = dict(stages=stages, save_best="acc/top1")
    unbroken = train(config_of(tmp_path / "unbroken", ann_file, **settings))
    broken = Runner.from_cfg(Config(config_of(tmp_path / "broken", ann_file, **settings)))
    broken.register_hook(KilledBeforeValidation(epoch))
    with pytest.raises(KeyboardInterrupt):
        broken.train()
    config = config_of(tmp_path / "broken", ann_file, **settings)
    resumed = train({**config, "resume": True, "experiment_name": f"{config['experiment_name']}_resumed"})
    assert_same_weights(weights_of(resumed), weights_of(unbroken))
    (best,), (expected,) = (sorted((tmp_path / f).glob("best_*.pth")) for f in ("broken", "unbroken"))
    assert best.name == expected.name
    a, b = (torch.load(path, weights_only=True)["state_dict"] for path in (best, expected))
    assert_same_weights(a, b)


def test_what_has_been_written_anew_is_not_removed(tmp_path):
    """A best checkpoint may take the place of an older one of its name, as after a resume."""
    remembered: list[list[str]] = []
    backend = LateRemovalBackend(remembered.append)
    for name in ("a", "b"):
        backend.put(b"old", tmp_path / name)
        backend.remove(tmp_path / name)
    backend.put(b"new", tmp_path / "a")
    assert files(tmp_path) == {"a", "b"}
    assert remembered == [[str(tmp_path / "a")], [str(tmp_path / "a"), str(tmp_path / "b")]]
    backend.remove_now({str(tmp_path / "a")})
    assert files(tmp_path) == {"a"} and (tmp_path / "a").read_bytes() == b"new"
    backend.remove_now(set())
    assert files(tmp_path) == {"a"} and remembered[-1] == []


def test_a_purified_annotation_that_finds_no_room_stops_the_run(ann_file, tmp_path):
    """It is no annotation of an unknown format, which is warned of."""
    real = os.replace

    def full(source, target):
        if str(target).endswith("_purified.txt"):
            raise OSError(28, "No space left on device")
        real(source, target)

    with mock.patch("os.replace", full), pytest.raises(WriteError, match=r"_purified\.txt'.*No space left"):
        train(config_of(tmp_path, ann_file))
