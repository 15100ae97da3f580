"""The control for every pruning stage: prune as many, but at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.pruning import PruningStage
from d2sp_mm.stages.stage import check_count


@dataclass(frozen=True)
class RandomPruning(PruningStage):
    """Prune at random, at the rate and within the class limits of the stage that it is the control of.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        early_learning: See :class:`Stage`.
        window: See :class:`Stage`; not looked at.
        rate: See :class:`PruningStage`.
        class_cap: See :class:`PruningStage`.
        class_floor: See :class:`PruningStage`.
        seed: Seed of the scores, which are drawn once for all rounds.

    Source:
        Our own control.
    """

    trusts_predictions: ClassVar[bool] = False

    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self, "seed", self.seed, 0)

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """See :meth:`Stage.decide`."""
        scores = np.random.default_rng(self.seed).random(len(ledger))
        return Decision(
            epoch=epoch,
            reason="quality",
            prune=self.lowest(ledger, scores, progress),
            # What is pruned already has the score it was pruned by.
            scores={"quality_score": np.where(ledger.keep, scores, np.nan)},
        )
