"""Deciding again on what a run recorded, with other hyper-parameters and without a model."""

from __future__ import annotations

from collections.abc import Mapping

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Ledger
from d2sp_mm.ledger.verdict import judge, verdict_epochs, verdicts_of
from d2sp_mm.review.recorded_run import RecordedRun
from d2sp_mm.stages import Stage
from d2sp_mm.stages.purifier import Purifier


def replay(run: RecordedRun, stages: Mapping[str, Stage], prob_bits: int | None = None) -> Ledger:
    """Take all decisions again.

    The same settings give the same decisions, but where a resume had made a round late. Others give those that a run
    would have taken had it seen the same: what it really pruned it did not see again, and what it corrected it learned as
    corrected. A dry run that kept its whole history (``dry_run=True, history=EPOCHS``) is free of both. Which clips
    could not be decoded is known for the whole run, not for each epoch.

    Args:
        run: The recorded run.
        stages: The stages by name, in their order; see :func:`d2sp_mm.review.changed_stages.changed_stages`.
        prob_bits: Bits of each probability to decide from, 4, 8 or 16, no more than the run recorded; as many if None.
            What was recorded has been rounded once, so near ties may fall otherwise than in a run that kept the fewer bits.

    Returns:
        A ledger with the new decisions; a person's verdicts hold in it from the epoch on from which they held in the run.

    Raises:
        ConfigError: A stage cannot decide in so short a schedule.
        DataError: The run did not keep the epochs that a decision looks at, or kept fewer bits than a stage asks for and
            ``prob_bits`` does not say that they will do.

    Source:
        Our own; the decisions are those of :class:`d2sp_mm.stages.purifier.Purifier`, as in training.
    """
    ledger, verdicts, since = run.fresh_ledger(prob_bits), verdicts_of(run.ledger), verdict_epochs(run.ledger)
    purifier = Purifier(ledger, stages, run.max_epochs, run.failure_tolerance)
    epochs = purifier.decision_epochs
    for epoch in sorted({epoch for due in epochs.values() for epoch in due}):
        judge(ledger, {sample: verdict for sample, verdict in verdicts.items() if since[sample] < epoch})
        for name, stage in stages.items():
            if epoch in epochs[name]:
                _refuse_unrecorded(run, name, stage, epoch, coarse=prob_bits is not None)
        purifier.step(epoch)
    judge(ledger, verdicts)
    if run.ended:
        purifier.prune_undecodable(run.max_epochs - 1)
    return ledger


def _refuse_unrecorded(run: RecordedRun, name: str, stage: Stage, epoch: int, coarse: bool) -> None:
    looked_at, seen = stage.last_epochs(epoch), run.ledger.observations
    if seen.bits < stage.prob_bits and not coarse:
        raise DataError(
            f"{run.work_dir}: stage {name!r} wants probabilities of {stage.prob_bits} bits, and the run recorded "
            f"{seen.bits}. Train with default_hooks.purification.prob_bits=16, or say that few do: prob_bits={seen.bits}."
        )
    when = f"{run.work_dir}: stage {name!r} decides after epoch {epoch + 1} on"
    if not seen.complete(looked_at, epoch):
        raise DataError(
            f"{when} the predictions of the last {looked_at} epochs, which the run did not keep (it kept {seen.window} "
            f"epochs). Train with default_hooks.purification.history={run.max_epochs} to keep all."
        )
    if stage.uses_weights and not seen.complete(looked_at, epoch, weights=True):
        raise DataError(
            f"{when} learned weights, but the run learned none in those epochs; they are learned until the last round of a "
            "stage that needs them. Set another score, or train with such a stage."
        )
