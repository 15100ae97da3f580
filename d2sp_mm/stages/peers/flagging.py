"""What peers that prune have in common: one score for both noises, and no limit of a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.label_losses import label_losses
from d2sp_mm.functional.mean_of_seen import mean_of_seen
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.class_limits import within_class_limits
from d2sp_mm.stages.pruning import PruningStage


@dataclass(frozen=True)
class FlaggingStage(PruningStage):
    """Prune the lowest of one score, which stands for clip and label alike.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        window: See :class:`Stage`; 0: all epochs so far.
        rate: See :class:`PruningStage`.
        class_cap: See :class:`PruningStage`; 1 as published, where classes are not looked at.
        class_floor: See :class:`PruningStage`.
    """

    least_window: ClassVar[int] = 0
    #: Name of the rule in the ledger.
    rule: ClassVar[str] = ""

    start: int | float = 0.6
    window: int | float = 5
    rate: float = 0.2
    class_cap: float = 1.0

    def score(self, ledger: Ledger, epoch: int) -> npt.NDArray[np.float64]:
        """Scores in [0, 1], shape (n,), low = bad; NaN where a sample was never seen."""
        raise NotImplementedError

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """See :meth:`Stage.decide`."""
        scores = self.score(ledger, epoch)
        return self.flagged(epoch, scores, self.lowest(ledger, scores, progress))

    def mean_losses(self, ledger: Ledger, epoch: int) -> npt.NDArray[np.float64]:
        """Cross entropy of every sample, averaged over the epochs looked at, in nats, shape (n,); NaN if never seen."""
        seen = ledger.observations.label_probs(ledger.corrected_labels, self.looks_at(ledger, epoch), epoch)
        return mean_of_seen(label_losses(seen), (len(ledger),))

    def flag(
        self, ledger: Ledger, epoch: int, scores: npt.NDArray[np.float64], chosen: npt.NDArray[np.bool_]
    ) -> Decision:
        """The decision to prune all that are chosen, whatever the rate, within the limits of their classes."""
        prune = within_class_limits(ledger, chosen, scores, self.class_cap, self.class_floor)
        return self.flagged(epoch, scores, prune)

    def flagged(self, epoch: int, scores: npt.NDArray[np.float64], prune: npt.NDArray[np.int64]) -> Decision:
        """The decision to prune these."""
        return Decision(rule=self.rule, epoch=epoch, prune=prune, scores={"quality_score": scores, "label_score": scores})
