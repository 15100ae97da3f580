"""Several training runs in one process that take turns, iteration by iteration or epoch by epoch."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Condition, Thread
from typing import Any

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
    """Ends the turn of the iteration before, waits for the next and starts the clock, before any other hook."""

    priority = 0

    def __init__(self, clock: _Clock) -> None:
        self.clock = clock

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        self.clock.stop("iteration")
        self.clock.start("iteration")

    def before_train_epoch(self, runner: Runner) -> None:
        self.clock.start("epoch")


class _Last(Hook):
    """Stops the clock of an epoch and passes the turn on, after every other hook."""

    priority = 100

    def __init__(self, clock: _Clock) -> None:
        self.clock = clock

    def after_train_epoch(self, runner: Runner) -> None:
        self.clock.stop("epoch")


class _Clock:
    """The times of one run."""

    def __init__(self, name: str, turns: _Turns, unit: str) -> None:
        self.name, self.turns, self.unit = name, turns, unit
        self.times: list[float] = []
        self._begin: float | None = None

    def start(self, unit: str) -> None:
        if unit == self.unit:
            self.turns.wait(self.name)
            self._begin = now()

    def stop(self, unit: str) -> None:
        if unit == self.unit and self._begin is not None:
            self.times.append(now() - self._begin)
            self._begin = None
            self.turns.pass_on(self.name)


def take_turns(configs: Mapping[str, Config], unit: str) -> dict[str, list[float]]:
    """Train several configs at once, of which only one computes at a time.

    Args:
        configs: The configs by a name, whose runs make equally many turns.
        unit: ``iteration`` (from the hooks that begin it to those that begin the next, so that it loads the next batch; what
            stands between two epochs is in the last one) or ``epoch`` (from the hooks that begin it to those that end it).

    Returns:
        Seconds of each turn by :func:`now`, by name.
    """
    turns = _Turns(list(configs))
    clocks = {name: _Clock(name, turns, unit) for name in configs}
    # Built one after the other: MMEngine's building of a runner is not made for threads.
    runners = {name: Runner.from_cfg(config) for name, config in configs.items()}
    for name, runner in runners.items():
        runner.register_hook(_First(clocks[name]), priority=0)
        runner.register_hook(_Last(clocks[name]), priority=100)
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
