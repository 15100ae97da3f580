"""Published rules that prune by the loss of a sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.label_dynamics import low_loss_posterior
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.baselines.flagging import FlaggingStage
from d2sp_mm.stages.stage import check_count, check_share


@dataclass(frozen=True)
class LowLossPruning(FlaggingStage):
    """Prune the ``rate`` of the samples at random, out of those whose loss is below the mean.

    A rule that saves time, not one that finds noise: it keeps what is hard. Score: ``1 - exp(-loss)``, so that what is
    learned well counts as the least needed.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        early_learning: See :class:`Stage`.
        window: See :class:`FlaggingStage`.
        rate: See :class:`PruningStage`.
        class_cap: See :class:`FlaggingStage`.
        class_floor: See :class:`PruningStage`.
        seed: Seed of the draw.

    Source:
        The criterion of InfoBatch (Qin et al., ICLR 2024, section 3.2). There the draw is repeated every epoch, what was
        pruned may come back, and the gradients of what stays are scaled up; here it is one draw for good.
    """

    reason: ClassVar[str] = "quality"
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


@dataclass(frozen=True)
class SmallLoss(FlaggingStage):
    """Prune the ``rate`` of samples whose loss, averaged over ``window`` epochs, is largest. Score: ``exp(-loss)``.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        early_learning: See :class:`Stage`.
        window: See :class:`FlaggingStage`.
        rate: See :class:`PruningStage`.
        class_cap: See :class:`FlaggingStage`.
        class_floor: See :class:`PruningStage`.

    Source:
        The criterion of Co-teaching (Han et al., NeurIPS 2018), there applied in every batch, by a second network, and
        with a share that grows. One network, one decision over a window, and no return are ours.
    """

    def score(self, ledger: Ledger, epoch: int) -> npt.NDArray[np.float64]:
        """See :meth:`FlaggingStage.score`."""
        return np.exp(-self.mean_losses(ledger, epoch))


@dataclass(frozen=True)
class LossMixture(FlaggingStage):
    """Prune what belongs less than ``threshold`` to the component of small losses; how many that are, the mixture says.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        early_learning: See :class:`Stage`.
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
