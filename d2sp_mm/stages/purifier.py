"""The loop over the rounds of all stages: the only one there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.learned_enough import reason_to_distrust
from d2sp_mm.stages.random_pruning import RandomPruning
from d2sp_mm.stages.stage import Stage
from d2sp_mm.stages.undecodable import prune_undecodable


class Purifier:
    """Lets stages decide after the epochs that they ask for, and applies what they decide to a ledger.

    Training, a replay of a recorded run and the measurement of costs all decide by it.

    Args:
        ledger: The ledger; changes.
        stages: The stages by name, in the order in which they decide after the same epoch.
        max_epochs: Length of the training schedule.
        failure_tolerance: Share of the epochs, in [0, 1], in which a clip may fail to decode and still be kept.

    Raises:
        ConfigError: The schedule has no room for a stage.
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
            looked_at = stage.looks_at(self.ledger, epoch)
            if due <= self.rounds_done[name] or not self.ledger.observations.complete(looked_at, epoch, stage.uses_weights):
                continue
            warning = self._warning(name, epoch)
            decisions += self.prune_undecodable(epoch)
            decision = self.ledger.apply(stage.decide(self.ledger, epoch, progress=due / stage.rounds))
            decisions.append(replace(decision, warning=warning))
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
        reason = None if isinstance(stage, RandomPruning) else reason_to_distrust(self.ledger, epoch, recent or 1)
        return f"stage {name!r} decides, but {reason}" if reason else ""
