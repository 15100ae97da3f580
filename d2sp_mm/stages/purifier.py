"""The loop over the rounds of all stages: the only one there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.pruning import prune_undecodable
from d2sp_mm.stages.stage import Stage

#: Share of the way from guessing the largest class to agreeing with every label.
LEAST_PROGRESS = 0.25


def undertrained_warning(ledger: Ledger, epoch: int, window: int) -> str | None:
    """Why decisions of this moment are little better than chance; None if nothing speaks for it.

    Args:
        ledger: The ledger, with the observations of ``epoch`` written.
        epoch: The epoch that just ended, counted from 0.
        window: Number of epochs looked at.

    Returns:
        A sentence with the figures and the way out, or None.

    Source:
        Our own. On the toy set agreement was .55 to .65 at decisions that were good, and .24 at ones that were not.
    """
    seen, agree = 0, 0
    for block in ledger.observations.blocks(window, epoch):
        predictions = block.predictions()
        counted = (predictions >= 0) & ledger.keep[block.samples]
        seen += int(counted.sum())
        agree += int((counted & (predictions == ledger.corrected_labels[block.samples])).sum())
    if not seen:
        return None
    agreement = agree / seen
    largest = float(ledger.class_counts.max() / ledger.class_counts.sum())
    if agreement >= largest + LEAST_PROGRESS * (1 - largest):
        return None
    return (
        f"the predictions of the last {window} epochs agree with {agreement:.0%} of the labels, and the largest class alone "
        f"has {largest:.0%}: the model has learned too little for decisions. Train longer, let the stages start later, "
        "or look at them with dry_run=True."
    )


class Purifier:
    """Lets stages decide after the epochs that they ask for, and applies what they decide to a ledger.

    Training, a replay of a recorded run and the measurement of costs all decide by it.

    Args:
        ledger: The ledger; changes.
        stages: The stages by name, in the order in which they decide after the same epoch.
        max_epochs: Length of the training schedule.
        failure_tolerance: Share of the epochs, in [0, 1], in which a clip may fail to decode and still be kept.

    Raises:
        ConfigError: The schedule is too short for a stage.
    """

    def __init__(
        self, ledger: Ledger, stages: Mapping[str, Stage], max_epochs: int, failure_tolerance: float = 0.0
    ) -> None:
        self.ledger, self.stages, self.failure_tolerance = ledger, stages, failure_tolerance
        #: The epochs, from 0, after which each stage decides.
        self.decision_epochs = {name: stage.decision_epochs(max_epochs) for name, stage in stages.items()}
        #: How many rounds of each stage are done.
        self.rounds_done = dict.fromkeys(stages, 0)

    @property
    def wants_weights(self) -> bool:
        """Whether weights must be learned in the next epoch: a stage that reads them has a round to come."""
        return any(stage.uses_weights and self.rounds_done[name] < stage.rounds for name, stage in self.stages.items())

    @property
    def unfinished(self) -> dict[str, int]:
        """Of each stage with rounds to come how many are done."""
        return {name: done for name, done in self.rounds_done.items() if done < self.stages[name].rounds}

    def step(self, epoch: int) -> list[Decision]:
        """Let each stage decide if a round of it is due. Rounds that a resume has passed are made up for at once.

        What no decoder can read is pruned before the first stage decides.

        Args:
            epoch: The epoch that just ended, counted from 0, its observations written.

        Returns:
            The decisions as they were applied, those that change nothing among them; none where no stage decided.
        """
        decisions = []
        for name, stage in self.stages.items():
            due = sum(planned <= epoch for planned in self.decision_epochs[name])
            if due <= self.rounds_done[name]:
                continue
            last = stage.last_look(self.ledger, epoch)
            looked_at = stage.looks_at(self.ledger, last)
            if not self.ledger.observations.complete(looked_at, last, stage.uses_weights):
                continue
            warning = self._warning(name, epoch)
            decisions += self.prune_undecodable(epoch)
            decision = stage.decide(self.ledger, last, progress=due / stage.rounds)
            own = f"stage {name!r} decides, but {decision.warning}" if decision.warning else ""
            told = {"looked_until_epoch": last + 1.0} if last < epoch else {}
            decision = replace(
                decision,
                epoch=epoch,
                stage=name,
                warning=" ".join(filter(None, (warning, own))),
                summary={**decision.summary, **told},
            )
            decisions.append(self.ledger.apply(decision))
            self.rounds_done[name] = due
        return decisions

    def prune_undecodable(self, epoch: int) -> list[Decision]:
        """Prune what failed to decode; call it at the end of a run as well, for what failed after the last round.

        Args:
            epoch: The epoch that just ended, counted from 0.

        Returns:
            The decision, if it prunes any.
        """
        found = prune_undecodable(self.ledger, epoch, self.failure_tolerance)
        return [self.ledger.apply(found)] if len(found.prune) else []

    def _warning(self, name: str, epoch: int) -> str:
        """What speaks against a decision of this moment."""
        stage = self.stages[name]
        # A mean over much of the run would hold the beginning against the model.
        recent = stage.window if isinstance(stage.window, int) else 1
        reason = undertrained_warning(self.ledger, epoch, recent or 1) if stage.trusts_predictions else None
        return f"stage {name!r} decides, but {reason}" if reason else ""
