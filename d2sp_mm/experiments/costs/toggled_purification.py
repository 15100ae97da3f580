"""Toggled purification: one training run in which purification is on in every other iteration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mmaction.models.losses import CrossEntropyLoss
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from d2sp_mm.datasets import IndexedDataset
from d2sp_mm.engine import PurificationHook
from d2sp_mm.experiments.costs.interleaved_runs import now


class _ToggledDataset(IndexedDataset):
    """The wrapper, or what it wraps."""

    toggle: _Toggle

    def __getitem__(self, position: int) -> Any:
        return super().__getitem__(position) if self.toggle.on else self.dataset[int(position)]

    def __getitems__(self, positions: Sequence[int]) -> list[Any]:
        return super().__getitems__(positions) if self.toggle.on else [self[position] for position in positions]


class _StartClock(Hook):
    """Starts the clock before any other hook, with the batch loaded."""

    priority = 0

    def __init__(self, toggle: _Toggle) -> None:
        self._toggle = toggle

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        self._toggle.begin()


class _Toggle(Hook):
    """Stops the clock after every other hook, and toggles purification."""

    priority = 100

    def __init__(self) -> None:
        self.on = False
        self.times: dict[bool, list[float]] = {False: [], True: []}
        self._begin = 0.0

    def begin(self) -> None:
        self._begin = now()

    def before_train(self, runner: Runner) -> None:
        head = runner.model.cls_head
        self._head, self._losses = head, {True: head.loss_cls, False: CrossEntropyLoss()}
        dataset = runner.train_dataloader.dataset
        # One set and one network for both, so that nothing differs but what is toggled, not even where it lies in memory.
        dataset.__class__ = _ToggledDataset
        dataset.toggle = self
        hook = next(hook for hook in runner.hooks if isinstance(hook, PurificationHook))
        for name in ("before_train_iter", "after_train_iter"):
            setattr(hook, name, self._where_on(getattr(hook, name)))
        head.loss_cls = self._losses[self.on]

    def after_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        self.times[self.on].append(now() - self._begin)
        self.on = not self.on
        self._head.loss_cls = self._losses[self.on]

    def _where_on(self, method: Callable[..., None]) -> Callable[..., None]:
        def call(*args: Any, **kwargs: Any) -> None:
            if self.on:
                method(*args, **kwargs)

        return call


def toggled_iterations(config: Config) -> tuple[list[float], list[float]]:
    """Train a purified config with purification on in every other iteration.

    Off are the hook's work in each iteration, the observing loss, and the wrapper of the data set. The loading of batches is
    not in the times. Workers must be 0, so that a batch is loaded after the toggle.

    Args:
        config: The config, whose hook decides nothing before the end.

    Returns:
        Seconds of the iterations with it and without it by :func:`now`, equally many.
    """
    runner, toggle = Runner.from_cfg(config), _Toggle()
    runner.register_hook(_StartClock(toggle), priority=0)
    runner.register_hook(toggle, priority=100)
    runner.train()
    on, off = toggle.times[True], toggle.times[False]
    pairs = min(len(on), len(off))
    return on[:pairs], off[:pairs]
