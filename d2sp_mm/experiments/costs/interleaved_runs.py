"""Several training runs in one process that take turns, epoch by epoch."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Condition, Thread

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner


class _Turns:
    """Who may go on; one at a time, round and round."""

    def __init__(self, players: list[str]) -> None:
        self._players = list(players)
        self._now = 0
        self._changed = Condition()

    def wait(self, player: str) -> None:
        with self._changed:
            self._changed.wait_for(lambda: player not in self._players or self._players[self._now] == player)

    def pass_on(self, player: str) -> None:
        with self._changed:
            if player in self._players and self._players[self._now] == player:
                self._now = (self._now + 1) % len(self._players)
            self._changed.notify_all()

    def leave(self, player: str) -> None:
        with self._changed:
            if player in self._players:
                place = self._players.index(player)
                self._players.remove(player)
                self._now = self._now - (place < self._now)
                self._now = self._now % len(self._players) if self._players else 0
            self._changed.notify_all()


class _First(Hook):
    """Ends the turn of the epoch before, with what stands between the two, waits for the next, and starts the clock."""

    priority = 0

    def __init__(self, name: str, turns: _Turns) -> None:
        self.name, self._turns = name, turns
        self.begin: float | None = None

    def before_train_epoch(self, runner: Runner) -> None:
        if self.begin is not None:
            self._turns.pass_on(self.name)
        self._turns.wait(self.name)
        self.begin = now()


class _Last(Hook):
    """Stops the clock after every other hook."""

    priority = 100

    def __init__(self, first: _First) -> None:
        self._first = first
        self.times: list[float] = []

    def after_train_epoch(self, runner: Runner) -> None:
        assert self._first.begin is not None
        self.times.append(now() - self._first.begin)


def take_turns(configs: Mapping[str, Config]) -> dict[str, list[float]]:
    """Train several configs at once, of which only one computes at a time, an epoch each.

    Args:
        configs: The configs by a name, of equally many epochs.

    Returns:
        Seconds of each epoch by :func:`now`, from the hooks that begin it to those that end it, by name.
    """
    turns = _Turns(list(configs))
    # Built one after the other: MMEngine's building of a runner is not made for threads.
    runners = {name: Runner.from_cfg(config) for name, config in configs.items()}
    clocks = {}
    for name, runner in runners.items():
        first = _First(name, turns)
        clocks[name] = _Last(first)
        runner.register_hook(first, priority=0)
        runner.register_hook(clocks[name], priority=100)
    failed: list[BaseException] = []

    def train(name: str) -> None:
        try:
            runners[name].train()
        except BaseException as error:
            failed.append(error)
        finally:
            turns.leave(name)

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
