"""Published rules that prune by how predictions of a sample change in training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.certainty import mean_of_seen
from d2sp_mm.functional.label_dynamics import forgetting_events, logit_margin
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.baselines.flagging import FlaggingStage
from d2sp_mm.stages.stage import check_count, check_share


@dataclass(frozen=True)
class LowConfidence(FlaggingStage):
    """Prune the ``rate`` of samples of lowest confidence: mean probability of the label over all epochs so far.

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
        The hard-to-learn region of Dataset Cartography (Swayamdipta et al., EMNLP 2020, section 2), which their section 5
        takes for mislabelled. Pruning a rate of it in the middle of training is ours.
    """

    window: int | float = 0

    def score(self, ledger: Ledger, epoch: int) -> npt.NDArray[np.float64]:
        """See :meth:`FlaggingStage.score`."""
        return ledger.observations.mean_label_probs(ledger.corrected_labels, self.looks_at(ledger, epoch), epoch)


@dataclass(frozen=True)
class ForgettingEvents(FlaggingStage):
    """Prune the ``rate`` of samples that were forgotten most often, those never learned first. Score: ``1 / (1 + events)``.

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
        Toneva et al. (ICLR 2019), who find mislabelled samples among the most forgotten; they prune the least forgotten, to
        make a set smaller.
    """

    window: int | float = 0

    def score(self, ledger: Ledger, epoch: int) -> npt.NDArray[np.float64]:
        """See :meth:`FlaggingStage.score`."""
        predictions = ledger.observations.predictions(self.looks_at(ledger, epoch), epoch)
        return 1.0 / (1.0 + forgetting_events(predictions, ledger.corrected_labels))


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
        early_learning: See :class:`Stage`.
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
