"""InfoBatch-style loss pruning: what is learned well is drawn less often, to save time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.checks import check_count
from d2sp_mm.stages.peers.flagging import FlaggingStage


@dataclass(frozen=True)
class LowLossPruning(FlaggingStage):
    """Prune the ``rate`` of the samples at random, out of those whose loss is below the mean.

    A rule that saves time, not one that finds noise: it keeps what is hard. Score: ``1 - exp(-loss)``, so that what is
    learned well counts as the least needed.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        window: See :class:`FlaggingStage`.
        rate: See :class:`PruningStage`.
        class_cap: See :class:`FlaggingStage`.
        class_floor: See :class:`PruningStage`.
        seed: Seed of the draw.

    Source:
        The criterion of InfoBatch (Qin et al., ICLR 2024, section 3.2). There the draw is repeated every epoch, what was
        pruned may come back, and the gradients of what stays are scaled up; here it is one draw for good.
    """

    rule: ClassVar[str] = "prune_small_loss"
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self, "seed", self.seed, 0)

    def score(self, ledger: Ledger, epoch: int) -> npt.NDArray[np.float64]:
        """See :meth:`FlaggingStage.score`."""
        return 1.0 - np.exp(-self.mean_losses(ledger, epoch))

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """See :meth:`Stage.decide`."""
        losses = self.mean_losses(ledger, epoch)
        small = ledger.keep & (losses < np.nanmean(losses))
        drawn = np.random.default_rng(self.seed).random(len(ledger))
        return self.flagged(epoch, self.score(ledger, epoch), self.lowest(ledger, np.where(small, drawn, np.nan), progress))
