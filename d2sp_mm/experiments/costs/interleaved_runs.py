"""Interleaved runs: several training runs in one process, of which one trains at a time, an epoch each."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Condition, Thread

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner


class _RoundRobin:
    """Lets one thread run at a time, in a fixed order."""

    def __init__(self, names: list[str]) -> None:
        self._names = list(names)
        self._running = 0
        self._changed = Condition()

    def wait(self, name: str) -> None:
        """Block until this thread may run."""
        with self._changed:
            self._changed.wait_for(lambda: name not in self._names or self._names[self._running] == name)

    def release(self, name: str) -> None:
        """Let the next thread run."""
        with self._changed:
            if name in self._names and self._names[self._running] == name:
                self._running = (self._running + 1) % len(self._names)
            self._changed.notify_all()

    def remove(self, name: str) -> None:
        """Schedule this thread no more."""
        with self._changed:
            if name in self._names:
                index = self._names.index(name)
                self._names.remove(name)
                self._running = self._running - (index < self._running)
                self._running = self._running % len(self._names) if self._names else 0
            self._changed.notify_all()


class _StartClock(Hook):
    """Releases the other runs after an epoch and what follows it, waits for the next epoch, and starts the clock."""

    priority = 0

    def __init__(self, name: str, scheduler: _RoundRobin) -> None:
        self.name, self._scheduler = name, scheduler
        self.begin: float | None = None

    def before_train_epoch(self, runner: Runner) -> None:
        if self.begin is not None:
            self._scheduler.release(self.name)
        self._scheduler.wait(self.name)
        self.begin = now()


class _StopClock(Hook):
    """Stops the clock after every other hook."""

    priority = 100

    def __init__(self, start: _StartClock) -> None:
        self._start = start
        self.times: list[float] = []

    def after_train_epoch(self, runner: Runner) -> None:
        assert self._start.begin is not None
        self.times.append(now() - self._start.begin)


def run_interleaved(configs: Mapping[str, Config]) -> dict[str, list[float]]:
    """Train several configs at once, of which only one computes at a time, an epoch each.

    Args:
        configs: The configs by a name, of equally many epochs.

    Returns:
        Seconds of each epoch by :func:`now`, from the hooks that begin it to those that end it, by name.
    """
    scheduler = _RoundRobin(list(configs))
    # Built one after the other: MMEngine's building of a runner is not made for threads.
    runners = {name: Runner.from_cfg(config) for name, config in configs.items()}
    clocks = {}
    for name, runner in runners.items():
        start = _StartClock(name, scheduler)
        clocks[name] = _StopClock(start)
        runner.register_hook(start, priority=0)
        runner.register_hook(clocks[name], priority=100)
    failed: list[BaseException] = []

    def train(name: str) -> None:
        try:
            runners[name].train()
        except BaseException as error:
            failed.append(error)
        finally:
            scheduler.remove(name)

    threads = [Thread(target=train, args=(name,)) for name in configs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return {name: clock.times for name, clock in clocks.items()}


def now() -> float:
    """Seconds: on a GPU those of the clock, on the CPU those that this process has computed.

    One thread computes at a time, so the two differ by what other work on a shared machine takes.
    """
    if not torch.cuda.is_available():
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()
