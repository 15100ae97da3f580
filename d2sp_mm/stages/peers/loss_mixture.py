"""DivideMix's split: a mixture on the losses tells clean from noisy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.loss_mixture import low_loss_posterior
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.checks import check_share
from d2sp_mm.stages.peers.flagging import FlaggingStage


@dataclass(frozen=True)
class LossMixture(FlaggingStage):
    """Prune what belongs less than ``threshold`` to the component of small losses; how many that are, the mixture says.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        window: See :class:`FlaggingStage`.
        rate: See :class:`PruningStage`.
        class_cap: See :class:`FlaggingStage`.
        class_floor: See :class:`PruningStage`.
        threshold: Probability, in (0, 1), below which a sample is pruned; ``rate`` is not looked at.

    Source:
        The co-divide step of DivideMix (Li et al., ICLR 2020, section 3.1): threshold .5 is that of its published code.
        There the losses are those of a pass of their own, and the noisy part goes on as unlabelled
        data; here it is pruned, and there is one network.
    """

    rule: ClassVar[str] = "prune_by_loss_mixture"
    threshold: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share(self, "threshold", self.threshold)

    def score(self, ledger: Ledger, epoch: int) -> npt.NDArray[np.float64]:
        """See :meth:`FlaggingStage.score`."""
        return low_loss_posterior(self.mean_losses(ledger, epoch))

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """See :meth:`Stage.decide`."""
        scores = self.score(ledger, epoch)
        return self.flag(ledger, epoch, scores, scores < self.threshold)
