"""The validation that a run owed when it was broken off."""

from __future__ import annotations

from mmengine.runner import Runner


class MissedValidation:
    """Validates after a resume, where the epoch before it is one after which the config validates.

    MMEngine writes the checkpoint of an epoch before it validates, and a resumed run starts with the next epoch. So the
    figures and the best checkpoint of a run that was killed in between would be lost; and what validation draws from the
    random generators would be missing in a run that only observes, whose weights are those of plain MMAction2.

    Source:
        Our own; the condition is that of ``EpochBasedTrainLoop.run`` in MMEngine 0.10.7.
    """

    def __init__(self) -> None:
        self._owed = False

    def resumed(self, runner: Runner) -> None:
        """Training goes on from a checkpoint."""
        if runner.val_loop is None:
            return
        # Where the interval changes with the epoch, the loop has not looked yet.
        runner.train_loop._decide_current_val_interval()
        if runner.val_begin <= runner.epoch:
            self._owed = runner.epoch % runner.val_interval == 0 or runner.epoch == runner.max_epochs

    def make_up(self, runner: Runner) -> None:
        """Validate, if it is owed; call it when all hooks are ready and before anything is trained."""
        if self._owed:
            self._owed = False
            runner.logger.info(f"purification: validating epoch {runner.epoch} again: it may have been broken off before.")
            runner.val_loop.run()
