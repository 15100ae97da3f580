"""Runs that are killed at random moments and resumed end as the unbroken one: the same weights, ledger and annotation.

``make test-faults`` kills many; the test command a few (``D2SP_FAULT_RUNS``).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.compat.environments import ROOT, environment
from tests.compat.test_cpu_distributed import free_port
from tests.tiny_run import write_list

RUNS = int(os.environ.get("D2SP_FAULT_RUNS", "1"))
SCRIPT = Path(__file__).with_name("train_tiny.py")
FILES = ("ledger.csv", "decisions.csv", "class_histogram.csv", "train_purified.txt")
#: A run is killed so often at the most; then it is let go on to its end.
_KILLS = 3


@dataclass(frozen=True)
class Kind:
    """How a run is started."""

    processes: int
    workers: int

    def command(self, folder: Path, ann_file: Path) -> list[str]:
        start = [sys.executable, "-W", "ignore"]
        rest = [str(SCRIPT), str(folder), str(ann_file), str(self.workers)]
        if self.processes == 1:
            return [*start, *rest]
        launcher = ["-m", "torch.distributed.run", f"--nproc_per_node={self.processes}", f"--master_port={free_port()}"]
        return [*start, *launcher, *rest, "--distributed"]


def train(kind: Kind, folder: Path, ann_file: Path, kill_after: float | None = None) -> float | None:
    """Train to the end and return how long it took from the first epoch on; None if it was killed before."""
    env = {**environment(), "PYTHONPATH": str(ROOT)}
    log = folder.with_suffix(".log").open("ab")
    process = subprocess.Popen(
        kind.command(folder, ann_file), env=env, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == "training":
            break
    begin = time.monotonic()
    try:
        process.wait(kill_after)
    except subprocess.TimeoutExpired:
        # All at once, workers and ranks as well, as the machine's end would.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None
    assert process.returncode == 0, folder.with_suffix(".log").read_text()[-3000:]
    return time.monotonic() - begin


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return torch.load(folder / "epoch_6.pth", weights_only=True)["state_dict"]


def difference(folder: Path, unbroken: Path) -> list[str]:
    """What is not as in the unbroken run."""
    a, b = weights(folder), weights(unbroken)
    differing = [name for name in b if not torch.equal(a[name], b[name])]
    here, there = folder / "purification", unbroken / "purification"
    return differing + [name for name in FILES if (here / name).read_bytes() != (there / name).read_bytes()]


@pytest.mark.parametrize(
    "kind", [Kind(1, 0), Kind(1, 2), Kind(2, 0)], ids=lambda k: f"{k.processes}-process-{k.workers}-worker"
)
def test_a_run_that_is_killed_and_resumed_ends_as_the_unbroken_one(kind, tmp_path, capsys):
    ann_file = write_list(tmp_path / "train.txt", noise=5, mislabel=8)
    duration = train(kind, tmp_path / "unbroken", ann_file)
    assert duration is not None
    rng = np.random.default_rng((kind.processes, kind.workers))
    identical, kills = 0, 0
    for number in range(RUNS):
        folder = tmp_path / f"run{number}"
        for _ in range(_KILLS):
            if train(kind, folder, ann_file, kill_after=float(rng.uniform(0, 0.9 * duration))) is not None:
                break
            kills += 1
        else:
            train(kind, folder, ann_file)
        differing = difference(folder, tmp_path / "unbroken")
        assert not differing, f"run {number}: {differing}"
        assert not list((folder / "purification").glob("*.tmp*"))
        identical += 1
    with capsys.disabled():
        print(f"\n{kind.processes} processes, {kind.workers} workers: {kills} kills in {RUNS} runs, {identical} identical")
    assert kills > 0
