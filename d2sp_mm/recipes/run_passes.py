"""Training the runs of a chain of passes, one after the other in one process."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from mmengine import dist
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from d2sp_mm.engine.hooks.exact_resume_hook import ExactResumeHook
from d2sp_mm.engine.ranks import from_main
from d2sp_mm.recipes.passes import FINAL, Passes
from d2sp_mm.runs.ledger_table import LedgerTable
from d2sp_mm.runs.recorded_run import find_table
from d2sp_mm.runs.scalars import read_scalars


def run_passes(passes: Passes, build: Callable[[Config], Runner]) -> dict[str, Any]:
    """Train all runs that have not ended; a chain that was killed goes on where it was.

    The final run is the user's config, but for its list and its work dir. The hook for an exact resume watches it from
    outside, so that its config and its weights are those of a plain run that draws the same random numbers.

    Args:
        passes: The chain.
        build: What makes a runner of a config.

    Returns:
        ``{"runs": {name: the last figures of its test}, "samples", "pruned", "relabelled"}``.

    Raises:
        D2SPError: As the runs do.
    """
    config = passes.config
    if config.launcher != "none" and not dist.is_distributed():
        # The ranks must agree on the plan before a runner opens the group.
        dist.init_dist(config.launcher, **config.env_cfg.get("dist_cfg", {}))
    plan = from_main(lambda: passes.plan(int.from_bytes(os.urandom(2), "big")))
    progress = _Progress(passes.names, passes.epochs)
    for name in passes.names:
        if name in plan["ended"]:
            progress.skip(name)
            continue
        runner = build(from_main(partial(passes.config_of, name, plan)))
        progress.begin(name, runner)
        if name == FINAL and not any(isinstance(hook, ExactResumeHook) for hook in runner.hooks):
            runner.register_hook(ExactResumeHook())
        runner.register_hook(progress, priority="LOWEST")
        runner.train()
        dist.barrier()
        plan = from_main(partial(passes.end, plan, name))
        # The workers of a run end with its loaders.
        del runner
        gc.collect()
    return summary(passes)


def summary(passes: Passes) -> dict[str, Any]:
    """What the chain came to; as :func:`run_passes` returns it."""
    table: LedgerTable = find_table(passes.work_dir)
    moved = table.keep & (table.corrected_labels != table.labels)
    runs = {name: _last_test(passes.work_dir / name) for name in passes.names}
    return {"runs": runs, "samples": len(table), "pruned": int((~table.keep).sum()), "relabelled": int(moved.sum())}


def _last_test(work_dir: Path) -> dict[str, float]:
    """The figures of a run's last test, by MMEngine's names; none where it tested nothing."""
    tests = [entry for entry in read_scalars(work_dir, every_start=True) if any("/" in name for name in entry)]
    tests = [entry for entry in tests if "loss" not in entry and not any(name.startswith("purification/") for name in entry)]
    return {name: float(value) for name, value in tests[-1].items() if "/" in name} if tests else {}


class _Progress(Hook):
    """Says how far the whole chain is, and how long it will take.

    Args:
        names: The runs in order.
        epochs: How many epochs each has.
    """

    def __init__(self, names: list[str], epochs: list[int]) -> None:
        self._epochs = dict(zip(names, epochs))
        self._before = 0
        self._name = ""
        self._trained, self._seconds, self._began = 0, 0.0, 0.0

    def skip(self, name: str) -> None:
        """Count a run that has ended."""
        self._before += self._epochs[name]

    def begin(self, name: str, runner: Runner) -> None:
        """Count the run that ended before, and watch the next one."""
        if self._name:
            self._before += self._epochs[self._name]
        self._name = name
        chain = ", ".join(f"{one} ({epochs} epochs)" for one, epochs in self._epochs.items())
        runner.logger.info(f"passes: {name} begins; the runs are {chain}")

    def before_train_epoch(self, runner: Runner) -> None:
        """Start the clock."""
        self._began = time.monotonic()

    def after_train_epoch(self, runner: Runner) -> None:
        """Say it."""
        self._trained += 1
        self._seconds += time.monotonic() - self._began
        done, whole = self._before + runner.epoch + 1, sum(self._epochs.values())
        left = (whole - done) * self._seconds / self._trained / 60
        own = f"{self._name}, epoch {runner.epoch + 1} of {self._epochs[self._name]}"
        runner.logger.info(f"passes: {own}; {done} of {whole} epochs in all, about {left:.0f} min left")
