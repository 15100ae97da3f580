"""Deciding again on what a run recorded, with other hyper-parameters and without a model."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.ledger import Ledger
from d2sp_mm.ledger.override import apply_overrides, override_epochs, overrides_of
from d2sp_mm.runs.recorded_run import RecordedRun
from d2sp_mm.stages import Stage
from d2sp_mm.stages.purifier import Purifier
from d2sp_mm.stages.settings import build_stages


def changed_stages(stages: Mapping[str, Mapping[str, Any]], settings: Mapping[str, Any]) -> dict[str, Stage]:
    """Build stages after changing some settings.

    Args:
        stages: Settings of each stage by its name.
        settings: New values by ``stage`` (a dictionary, or None to take the stage out) or ``stage.setting``; a stage that is
            not there is added if its ``type`` is among them.

    Raises:
        ConfigError: A setting is unknown or cannot work, or a new stage has no type.
    """
    changed = {name: copy.deepcopy(dict(stage)) for name, stage in stages.items()}
    for path, value in settings.items():
        name, _, setting = path.partition(".")
        if setting:
            changed.setdefault(name, {})[setting] = value
        elif value is None:
            changed.pop(name, None)
        elif isinstance(value, Mapping):
            changed[name] = dict(value)
        else:
            stage, known = path if path in changed else next(iter(changed), "prune"), ", ".join(stages) or "the run has none"
            raise ConfigError(
                f"--set {path}={value!r}: name a stage ({known}) and a setting of it, such as {stage}.rate=.05, or "
                f"{stage}=None to leave it out."
            )
    without = sorted(name for name, stage in changed.items() if "type" not in stage)
    if without:
        raise ConfigError(
            f"--set {without[0]}...: the run has no stage {without[0]!r}, only {', '.join(stages) or 'none'}; change one of "
            f"those, or add one with {without[0]}.type=d2sp_mm.CoarsePruning."
        )
    return build_stages(changed)


def replay(run: RecordedRun, stages: Mapping[str, Stage]) -> Ledger:
    """Take all decisions again.

    The same settings give the same decisions, but where a resume had made a round late. Others give those that a run
    would have taken had it seen the same: what it really pruned it did not see again, and what it corrected it learned as
    corrected. A dry run that kept its whole history (``dry_run=True, keep_epochs=EPOCHS``) is free of both. Which clips
    could not be decoded is known for the whole run, not for each epoch.

    Args:
        run: The recorded run.
        stages: The stages by name, in their order; see :func:`d2sp_mm.review.replay.changed_stages`.

    Returns:
        A ledger with the new decisions; a person's overrides hold in it from the epoch on from which they held in the run.

    Raises:
        ConfigError: A stage cannot decide in so short a schedule.
        DataError: The run did not keep the epochs that a decision looks at.

    Source:
        Our own; the decisions are those of :class:`d2sp_mm.stages.purifier.Purifier`, as in training.
    """
    ledger, overrides, since = run.fresh_ledger(), overrides_of(run.ledger), override_epochs(run.ledger)
    purifier = Purifier(ledger, stages, run.max_epochs, run.failure_tolerance)
    epochs = purifier.decision_epochs
    for epoch in sorted({epoch for due in epochs.values() for epoch in due}):
        apply_overrides(ledger, {sample: override for sample, override in overrides.items() if since[sample] < epoch})
        for name, stage in stages.items():
            if epoch in epochs[name]:
                _refuse_unrecorded(run, name, stage, epoch)
        purifier.step(epoch)
    apply_overrides(ledger, overrides)
    if run.ended:
        purifier.prune_undecodable(run.max_epochs - 1)
    return ledger


def _refuse_unrecorded(run: RecordedRun, name: str, stage: Stage, epoch: int) -> None:
    looked_at, seen = stage.needed_epochs(epoch), run.ledger.observations
    when = f"{run.work_dir}: stage {name!r} decides after epoch {epoch + 1} on"
    if not seen.complete(looked_at, epoch):
        raise DataError(
            f"{when} the predictions of the last {looked_at} epochs, which the run did not keep (it kept {seen.window} "
            f"epochs). Train with default_hooks.purification.keep_epochs={run.max_epochs} to keep all."
        )
    if stage.uses_weights and not seen.complete(looked_at, epoch, weights=True):
        raise DataError(
            f"{when} learned weights, but the run learned none in those epochs; they are learned until the last round of a "
            "stage that needs them. Set another score, or train with such a stage."
        )
