from __future__ import annotations

import itertools
import time
from typing import ClassVar

import pytest
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.registry import HOOKS

from d2sp_mm.experiments.costs.interleaved_runs import run_interleaved
from tests.tiny_run import tiny_config, write_list


@HOOKS.register_module(force=True)
class NotesIterations(Hook):
    """Notes whose iteration it was."""

    seen: ClassVar[list[str]] = []

    def __init__(self, name):
        self.name = name

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.seen.append(self.name)


def test_runs_are_interleaved_and_only_one_computes_at_a_time(tmp_path):
    ann_file = write_list(tmp_path / "train.txt", per_class=8)
    configs = {}
    for name in ("a", "b"):
        config = tiny_config(tmp_path / name, ann_file, purified=False)
        config["train_cfg"] = dict(type="EpochBasedTrainLoop", max_epochs=3, val_interval=9)
        config["custom_hooks"] = [dict(type="NotesIterations", name=name)]
        configs[name] = Config(config)
    NotesIterations.seen.clear()
    times = run_interleaved(configs)
    assert {name: len(found) for name, found in times.items()} == {"a": 3, "b": 3}
    # 32 clips in batches of 8: four of one, then four of the other.
    epochs = [(name, len(list(group))) for name, group in itertools.groupby(NotesIterations.seen)]
    assert [name for name, _ in epochs] in (["a", "b"] * 3, ["b", "a"] * 3)
    assert {length for _, length in epochs} == {4}
    assert all(value > 0 for found in times.values() for value in found)


def test_a_run_that_fails_ends_the_measurement_with_its_error(tmp_path):
    good, bad = (tiny_config(tmp_path / name, write_list(tmp_path / f"{name}.txt"), purified=False) for name in "ab")
    bad["train_dataloader"]["dataset"]["pipeline"].append(dict(type="Breaks"))
    begin = time.monotonic()
    with pytest.raises(Exception, match="Breaks"):
        run_interleaved({"good": Config(good), "bad": Config(bad)})
    assert time.monotonic() - begin < 60
