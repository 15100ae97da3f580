"""Keeping loop, learning-rate schedule and gradient accumulation right when an epoch shrinks."""

from __future__ import annotations

from itertools import chain

from mmengine.runner import Runner

from d2sp_mm.errors import ConfigError
from d2sp_mm.functional.schedule import proportional_steps


class EpochLength:
    """Knows how long an epoch was configured to be and how long it is.

    MMEngine fixes ``max_iters`` and the length of iteration-based schedules when they are built. When the epoch shrinks,
    ``max_iters`` is set anew, and such schedulers make the steps of a full epoch, spread over the short one, so that the
    learning rate at the end of every epoch is what the config says.

    Args:
        runner: The runner, before training starts and while the sampler still draws everything.
    """

    def __init__(self, runner: Runner) -> None:
        self._full = len(runner.train_dataloader)
        self._short = self._full

    def update(self, runner: Runner, epoch: int) -> None:
        """The sampler's length may have changed; call it between epochs.

        Args:
            runner: The runner.
            epoch: The epoch that starts next.

        Raises:
            ConfigError: If not a single batch is left.
        """
        length = len(runner.train_dataloader)
        if length == 0:
            raise ConfigError(
                f"too few samples are left for one batch of batch_size={runner.train_dataloader.batch_size} with "
                "drop_last=True; lower the prune rate or the batch size."
            )
        if length == self._short:
            return
        runner.logger.info(
            f"purification: an epoch has {length} iterations now, {self._full} as configured; iteration-based schedules "
            "are spread over the shorter epoch."
        )
        self._short = length
        loop = runner.train_loop
        loop._max_iters = runner.iter + (loop.max_epochs - epoch) * length
        runner.optim_wrapper.initialize_count_status(runner.model, runner.iter, loop.max_iters)

    def after_train_iter(self, runner: Runner, batch_idx: int) -> None:
        """Make the steps that the short epoch owes; MMEngine's own hook makes one an iteration."""
        if self._short == self._full:
            return
        owed = proportional_steps(batch_idx, self._short, self._full) - 1
        schedulers = runner.param_schedulers
        groups = schedulers.values() if isinstance(schedulers, dict) else [schedulers or []]
        for scheduler in chain.from_iterable(groups):
            if not scheduler.by_epoch:
                for _ in range(owed):
                    scheduler.step()
