"""Small loss: samples that the model fits badly are taken for noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.peers.flagging import FlaggingStage


@dataclass(frozen=True)
class SmallLoss(FlaggingStage):
    """Prune the ``rate`` of samples whose loss, averaged over ``window`` epochs, is largest. Score: ``exp(-loss)``.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        window: See :class:`FlaggingStage`.
        rate: See :class:`PruningStage`.
        class_cap: See :class:`FlaggingStage`.
        class_floor: See :class:`PruningStage`.

    Source:
        The criterion of Co-teaching (Han et al., NeurIPS 2018), there applied in every batch, by a second network, and
        with a share that grows. One network, one decision over a window, and no return are ours.
    """

    rule: ClassVar[str] = "prune_large_loss"

    def score(self, ledger: Ledger, epoch: int) -> npt.NDArray[np.float64]:
        """See :meth:`FlaggingStage.score`."""
        return np.exp(-self.mean_losses(ledger, epoch))
