"""Memory stays flat, the checkpoint is as large as stated, and nothing is left open."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compat.environments import ROOT, environment
from tests.faults.long_run import run
from tests.tiny_run import CORRECT, PRUNE, tiny_config, train, write_list

#: What torch's file format adds to the arrays: names and alignment, whatever their size.
_FORMAT = 16_384
#: Of it what alignment can take, other in each file: up to 63 bytes of each of some twenty arrays.
_PADDING = 20 * 63


def test_memory_is_flat_and_the_checkpoint_as_stated():
    """A process of its own, whose memory nothing else moves; ``make test-faults`` does a hundred epochs of a million."""
    script = str(ROOT / "tests" / "faults" / "long_run.py")
    command = [sys.executable, "-W", "ignore", script, "--samples", "100000", "--epochs", "30"]
    env = {**environment(), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-2000:]
    grown = json.loads(done.stdout)
    assert grown["decisions"] > 0
    # A single epoch's probabilities are 2.8 MB here; a leak of one a few epochs would show.
    assert grown["late"] - grown["early"] < 4e6
    assert grown["stated"] <= grown["checkpoint"] <= grown["stated"] + _FORMAT


def test_what_is_stated_is_what_is_saved():
    small, large = run(1000, 11), run(3000, 11)
    stated = large.stated - small.stated
    assert -_PADDING <= (large.checkpoint - small.checkpoint) - stated < _FORMAT


def holdings() -> tuple[int, int, int]:
    """Open handles, child processes, and segments of shared memory that are mapped."""
    gc.collect()
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return len(os.listdir("/proc/self/fd")), len(children), Path("/proc/self/maps").read_text().count("/dev/shm/")


@pytest.mark.parametrize("persistent", [False, True])
def test_a_run_leaves_no_process_handle_or_shared_memory_behind(tmp_path, persistent):
    """But for MMEngine's log, which is closed with Python, as it is in plain training."""
    ann_file = write_list(tmp_path / "train.txt", noise=5, mislabel=8)

    def once(name: str, purified: bool) -> None:
        stages = dict(prune=PRUNE, correct=CORRECT) if purified else None
        config = tiny_config(tmp_path / name, ann_file, purified=purified, stages=stages)
        config["train_dataloader"].update(num_workers=2, persistent_workers=persistent)
        train(config)

    once("first", True)
    before = holdings()
    once("plain", False)
    plain = holdings()
    once("purified", True)
    after = holdings()
    assert after[0] - plain[0] == plain[0] - before[0]
    assert after[1:] == plain[1:] == before[1:]
