"""Deciding again on what a run recorded, with other hyper-parameters and without a model."""

from __future__ import annotations

from collections.abc import Mapping

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Ledger
from d2sp_mm.review.recorded_run import RecordedRun
from d2sp_mm.stages import Stage
from d2sp_mm.stages.undecodable import prune_undecodable


def replay(run: RecordedRun, stages: Mapping[str, Stage], max_epochs: int) -> Ledger:
    """Take all decisions again.

    The same settings give the same decisions. Others give those that a run would have taken had it seen the same: what
    it really pruned it did not see again, and what it corrected it learned as corrected. A dry run that kept its whole
    history (``dry_run=True, history=EPOCHS``) is free of both. Which clips could not be decoded is known for the whole
    run, not for each epoch.

    Args:
        run: The recorded run.
        stages: The stages by name, in their order; see :func:`d2sp_mm.review.recorded_run.stages_of`.
        max_epochs: Length of the schedule that the run had.

    Returns:
        A ledger with the new decisions.

    Raises:
        ConfigError: A stage cannot decide in so short a schedule.
        DataError: The run did not keep the epochs that a decision looks at.

    Source:
        Our own; the order of decisions is that of :class:`d2sp_mm.engine.PurificationHook`.
    """
    ledger = run.fresh_ledger()
    epochs = {name: stage.decision_epochs(max_epochs) for name, stage in stages.items()}
    for epoch in sorted({epoch for due in epochs.values() for epoch in due}):
        for name, stage in stages.items():
            if epoch not in epochs[name]:
                continue
            _refuse_unrecorded(run, name, stage, epoch, max_epochs)
            unreadable = prune_undecodable(ledger, epoch, ledger.observations.window)
            if len(unreadable.prune):
                ledger.apply(unreadable)
            progress = (epochs[name].index(epoch) + 1) / stage.rounds
            ledger.apply(stage.decide(ledger, epoch, progress=progress))
    return ledger


def _refuse_unrecorded(run: RecordedRun, name: str, stage: Stage, epoch: int, max_epochs: int) -> None:
    looked_at, seen = stage.last_epochs(epoch), run.ledger.observations
    if not seen.complete(looked_at, epoch, stage.uses_weights):
        what = "learned weights and predictions" if stage.uses_weights else "predictions"
        raise DataError(
            f"{run.work_dir}: stage {name!r} decides after epoch {epoch + 1} on the {what} of its last {looked_at} "
            f"epochs, which the run did not keep (it kept {seen.window} epochs). Train with "
            f"default_hooks.purification.history={max_epochs} to keep all."
        )
