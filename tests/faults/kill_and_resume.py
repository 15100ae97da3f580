"""Killing runs and resuming them, and comparing how they end with the run that was never killed."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from tests.compat.environments import ROOT, environment
from tests.compat.test_cpu_distributed import free_port
from tests.faults import train_tiny
from tests.faults.processes import MARK, family, kill_family
from tests.tiny_run import write_list

FILES = ("ledger.csv", "decisions.csv", "class_histogram.csv", "train_purified.txt")
#: A run is killed so often at the most; then it is let go on to its end.
_KILLS = 3
_TRAINED = 0
_SECONDS = 120


@dataclass(frozen=True)
class Kind:
    """How a run is started."""

    processes: int = 1
    workers: int = 0
    observes: bool = False

    def __str__(self) -> str:
        does = "observes" if self.observes else "prunes and corrects"
        processes = "1 process" if self.processes == 1 else f"{self.processes} processes"
        return f"{processes}, {self.workers} workers each, {does}"

    def arguments(self, folder: Path, ann_file: Path) -> list[str]:
        """Those of ``train_tiny.py``."""
        options = ["--workers", str(self.workers), *(["--observes"] if self.observes else [])]
        return [str(folder), str(ann_file), *options, *(["--distributed"] if self.processes > 1 else [])]

    def command(self, folder: Path, ann_file: Path, more: Sequence[str] = ()) -> list[str]:
        """The command line of the run."""
        rest = [train_tiny.__file__, *self.arguments(folder, ann_file), *more]
        if self.processes == 1:
            return [sys.executable, "-W", "ignore", *rest]
        launcher = ["torch.distributed.run", f"--nproc_per_node={self.processes}", f"--master_port={free_port()}"]
        return [sys.executable, "-W", "ignore", "-m", *launcher, *rest]


@dataclass
class Outcome:
    """What came of killing runs of one kind."""

    runs: int = 0
    kills: int = 0
    identical: int = 0
    differing: tuple[str, ...] = ()


def train(
    kind: Kind, folder: Path, ann_file: Path, kill_after: float | None = None, options: Sequence[str] = ()
) -> float | None:
    """Train to the end and return how long it took from the first epoch on; None if it was killed before."""
    dies = "--die" in options
    mark = uuid.uuid4().hex
    env = {**environment(), "PYTHONPATH": str(ROOT), MARK: mark}
    with folder.with_suffix(".log").open("ab") as log:
        process = subprocess.Popen(
            kind.command(folder, ann_file, options), env=env, stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            if line.strip() == "training":
                break
        begin = time.monotonic()
        try:
            process.wait(_SECONDS if kill_after is None else kill_after)
        except subprocess.TimeoutExpired:
            assert kill_after is not None, f"{kind}: no end after {_SECONDS} s"
            kill_family(mark)
            process.wait()
            assert not family(mark)
            return None
    # A point kills the launcher as well as the ranks.
    assert process.returncode == (-9 if dies else 0), folder.with_suffix(".log").read_text()[-3000:]
    return None if dies else time.monotonic() - begin


def difference(folder: Path, unbroken: Path) -> list[str]:
    """What is not as in the unbroken run: tensors of the last and the best checkpoint, files of purification."""
    differing = []
    names = [sorted(path.name for path in run.glob("*.pth")) for run in (folder, unbroken)]
    if names[0] != names[1]:
        differing.append(f"checkpoints {names[0]}, not {names[1]}")
    for name in set(names[0]) & set(names[1]):
        a, b = (torch.load(run / name, weights_only=True)["state_dict"] for run in (folder, unbroken))
        differing += [f"{name}: {key}" for key in b if not torch.equal(a[key], b[key])]
    here, there = folder / "purification", unbroken / "purification"
    differing += [name for name in FILES if (here / name).read_bytes() != (there / name).read_bytes()]
    return differing + [f"left behind: {path.name}" for path in folder.rglob("*.d2sp-tmp")]


def write_noisy_list(folder: Path) -> Path:
    """The list that all runs train on."""
    return write_list(folder / "train.txt", noise=5, mislabel=8)


def kill_at_random(kind: Kind, runs: int, folder: Path, seed: int = 0, latest: float = 0.9) -> Outcome:
    """Kill and resume runs of one kind at random moments.

    Args:
        kind: How they are started.
        runs: How many.
        folder: Where they write.
        seed: Of the moments.
        latest: The last moment, as a share of the time that the unbroken run takes from its first epoch on.
    """
    ann_file = write_noisy_list(folder)
    duration = train(kind, folder / "unbroken", ann_file)
    assert duration is not None
    rng = np.random.default_rng((seed, kind.processes, kind.workers, kind.observes))
    outcome = Outcome(runs)
    for number in range(runs):
        run = folder / f"run{number}"
        for _ in range(_KILLS):
            if train(kind, run, ann_file, kill_after=float(rng.uniform(0, latest * duration))) is not None:
                break
            outcome.kills += 1
        else:
            train(kind, run, ann_file)
        differing = difference(run, folder / "unbroken")
        outcome.identical += not differing
        outcome.differing += tuple(f"run {number}: {what}" for what in differing)
    return outcome


def train_in_a_fork(arguments: Sequence[str]) -> int:
    """Train in a child of this process, which has everything imported; return how it ended, -9 if it was killed."""
    mark = uuid.uuid4().hex

    def child() -> None:
        # The environment that /proc shows is that of the start, so a family of one kills itself alone.
        os.environ[MARK] = mark
        train_tiny.main([*arguments, "--pause", "0"])

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(_SECONDS)
    assert process.exitcode is not None, "no end"
    return process.exitcode


def kill_at_point(
    point: str, when: int, folder: Path, unbroken: Path, ann_file: Path, kind: Kind | None = None
) -> list[str]:
    """Let a run die at a point and resume it; return what is not as in the unbroken run.

    Args:
        point: One of ``kill_points.POINTS``.
        when: The how manieth time that it comes by the point, from 1.
        folder: Of the run.
        unbroken: Of the run that was never killed.
        ann_file: The list that both train on.
        kind: How the run is started; in a fork of this process if None.
    """
    hook = ["--stock-hook"] if "in place" in point else []
    die = ["--die", point, "--when", str(when)]
    if kind is not None:
        train(kind, folder, ann_file, options=[*hook, *die])
        train(kind, folder, ann_file, options=hook)
    else:
        arguments = [str(folder), str(ann_file), *hook]
        assert train_in_a_fork([*arguments, *die]) == -9, f"{point}: the run was not killed"
        assert train_in_a_fork(arguments) == _TRAINED
    return difference(folder, unbroken)
