"""Training on what a ledger says: which samples are drawn, and under which labels."""

from __future__ import annotations

from itertools import chain
from typing import Any

from mmengine.runner import Runner

from d2sp_mm.datasets.indexed_dataset import SAMPLE_INDEX
from d2sp_mm.engine.hooks.exact_resume_hook import ExactResumeHook
from d2sp_mm.engine.training_parts import TrainingParts
from d2sp_mm.errors import ConfigError
from d2sp_mm.functional.schedule import proportional_steps
from d2sp_mm.ledger import Ledger


class PurifiedTraining:
    """Lets the training follow a ledger.

    Args:
        runner: The runner, before training starts and while the sampler still draws everything.
        parts: The parts of the run.
        ledger: The ledger.
    """

    def __init__(self, runner: Runner, parts: TrainingParts, ledger: Ledger) -> None:
        self._parts, self._ledger, self._epoch_length = parts, ledger, EpochLength(runner)

    def leave_as_it_is(self, runner: Runner) -> None:
        """See to it that the weights will be those of plain MMAction2: no hook of ours changes what is drawn."""
        for hook in runner.hooks:
            if isinstance(hook, ExactResumeHook):
                hook.isolate = False

    def draw_kept(self, runner: Runner, next_epoch: int) -> None:
        """Draw the kept samples alone from now on; call it between epochs.

        Args:
            runner: The runner.
            next_epoch: The epoch that starts next, counted from 0.
        """
        loader = runner.train_dataloader
        self._parts.sampler.set_keep(self._ledger.keep, 0 if loader.drop_last else loader.batch_size)
        self._epoch_length.update(runner, next_epoch)

    def relabel(self, data_batch: dict[str, Any]) -> None:
        """Put corrected labels into a batch."""
        ledger = self._ledger
        for data_sample in data_batch["data_samples"]:
            sample = data_sample.metainfo[SAMPLE_INDEX]
            if ledger.corrected_labels[sample] != ledger.labels[sample]:
                data_sample.set_gt_label(int(ledger.corrected_labels[sample]))

    def after_train_iter(self, runner: Runner, batch_idx: int) -> None:
        """Keep iteration-based schedules right where the epoch is shorter than configured."""
        self._epoch_length.after_train_iter(runner, batch_idx)


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
