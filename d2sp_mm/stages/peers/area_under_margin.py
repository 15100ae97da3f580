"""AUM: the margin of the label over the rest, averaged over training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.logit_margin import logit_margin
from d2sp_mm.functional.mean_of_seen import mean_of_seen
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.checks import check_count, check_share
from d2sp_mm.stages.peers.flagging import FlaggingStage


@dataclass(frozen=True)
class AreaUnderMargin(FlaggingStage):
    """Prune the samples of smallest area under the margin (AUM), the mean of :func:`logit_margin` over all epochs so far.

    How many go is said by threshold samples: samples that were given a class that does not exist, so that their AUM is
    that of mislabelled ones. Whoever writes the annotation gives some samples the class ``threshold_class``, and the head
    one class more; without them the ``rate`` of lowest AUM goes. Score: the sigmoid of the AUM.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        window: See :class:`FlaggingStage`.
        rate: See :class:`PruningStage`.
        class_cap: See :class:`FlaggingStage`.
        class_floor: See :class:`PruningStage`.
        threshold_class: The class of the threshold samples; None: there are none.
        percentile: Share of the threshold samples, in (0, 1], that lie below the threshold.

    Source:
        Pleiss et al., "Identifying Mislabeled Data using the Area Under the Margin Ranking" (NeurIPS 2020): equation 1, and
        section 4.1 for threshold samples and the 99th percentile. There the model is trained twice with other threshold
        samples and a third time on what was left.
    """

    rule: ClassVar[str] = "prune_small_aum"
    window: int | float = 0
    threshold_class: int | None = None
    percentile: float = 0.99

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.threshold_class is not None:
            check_count(self, "threshold_class", self.threshold_class, 0)
        check_share(self, "percentile", self.percentile, high_open=False)

    def score(self, ledger: Ledger, epoch: int) -> npt.NDArray[np.float64]:
        """See :meth:`FlaggingStage.score`."""
        epochs = ledger.observations.epoch_probs(self.looks_at(ledger, epoch), epoch)
        margins = mean_of_seen((logit_margin(probs, ledger.corrected_labels) for probs in epochs), (len(ledger),))
        return 1.0 / (1.0 + np.exp(-margins))

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """See :meth:`Stage.decide`."""
        if self.threshold_class is None:
            return super().decide(ledger, epoch, progress)
        scores = self.score(ledger, epoch)
        fake = ledger.labels == self.threshold_class
        known = scores[fake & ~np.isnan(scores)]
        if not len(known):
            return self.flagged(epoch, scores, np.empty(0, dtype=np.int64))
        threshold = np.quantile(known, self.percentile)
        return self.flag(ledger, epoch, scores, ~fake & (scores <= threshold))
