"""Rules that flag labels, and the plainest: the prediction differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.certainty import mean_of_seen
from d2sp_mm.functional.label_dynamics import label_losses
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.pruning import PruningStage, within_class_limits
from d2sp_mm.stages.stage import Stage, check_count


@dataclass(frozen=True)
class FlaggingStage(PruningStage):
    """Prune the lowest of one score, which stands for clip and label alike.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        early_learning: See :class:`Stage`.
        window: See :class:`Stage`; 0: all epochs so far.
        rate: See :class:`PruningStage`.
        class_cap: See :class:`PruningStage`; 1 as published, where classes are not looked at.
        class_floor: See :class:`PruningStage`.
    """

    least_window: ClassVar[int] = 0
    #: What its decisions are taken for, one of ``REASONS``.
    reason: ClassVar[str] = "label"

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
        return Decision(epoch, self.reason, prune=prune, scores={"quality_score": scores, "label_score": scores})


@dataclass(frozen=True)
class PredictionDiffers(Stage):
    """Relabel every sample whose last prediction is not its label. Score: the probability of the label.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        early_learning: See :class:`Stage`.
        window: See :class:`Stage`; only the last epoch is looked at.
        class_floor: Samples that keep their label in every class, at least 1.

    Source:
        Our own control; hard bootstrapping (Reed et al., ICLR 2015 workshop) in its crudest form.
    """

    priority: ClassVar[int] = 1

    start: int | float = 0.6
    class_floor: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self, "class_floor", self.class_floor, 1)

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """See :meth:`Stage.decide`."""
        predictions = ledger.observations.predictions(1, epoch)[0]
        trust = ledger.observations.mean_label_probs(ledger.corrected_labels, 1, epoch)
        wrong = (predictions >= 0) & (predictions != ledger.corrected_labels)
        relabel = within_class_limits(ledger, wrong, trust, floor=self.class_floor)
        return Decision(
            epoch=epoch,
            reason="label",
            relabel=relabel,
            new_labels=predictions[relabel],
            relabel_scores=trust[relabel],
            scores={"label_score": trust},
        )
