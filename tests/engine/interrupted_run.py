"""Runs that stop early, as a killed one does."""

from __future__ import annotations

from mmengine.hooks import Hook


def stop_after(runner, epoch):
    """Leave the loop after an epoch, as a killed run does, but with the schedule of the whole run."""

    class Stop(Hook):
        priority = "LOWEST"

        def after_train_epoch(self, runner):
            if runner.epoch + 1 == epoch:
                runner.train_loop.stop_training = True

    runner.register_hook(Stop())
