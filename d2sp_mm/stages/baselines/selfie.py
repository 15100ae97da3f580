"""SELFIE: refurbish what is predicted consistently, drop the rest of large loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from d2sp_mm.functional.certainty import certainty, mean_of_seen
from d2sp_mm.functional.label_dynamics import label_losses
from d2sp_mm.functional.selection import class_capacity, select_lowest
from d2sp_mm.functional.stability import prediction_shares
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.pruning import PruningStage, within_class_limits
from d2sp_mm.stages.stage import check_share


@dataclass(frozen=True)
class Selfie(PruningStage):
    """Relabel samples whose predictions of the last ``window`` epochs agree, and prune others of large loss.

    A sample is *clean* if its loss is not among the largest ``rate``, and *refurbishable* if the entropy of its past
    predictions, in units of the largest possible, is at most ``max_entropy``. Refurbishable samples take their most frequent
    prediction for label; what is neither is pruned. Score: ``exp(-loss)`` for clip and label.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        early_learning: See :class:`Stage`.
        window: Length q of the history.
        rate: Noise rate tau.
        class_cap: See :class:`PruningStage`; 1 as published, where classes are not looked at.
        class_floor: See :class:`PruningStage`; holds for relabelling as well.
        max_entropy: Threshold epsilon, in [0, 1).

    Source:
        SELFIE (Song et al., ICML 2019, sections 3.2 and 3.3): q 15, epsilon .05. There the rate is known, both groups are
        formed in every batch, nothing is dropped for good, and training restarts; here there is one decision.
    """

    priority: ClassVar[int] = 1

    start: int | float = 0.6
    window: int | float = 15
    rate: float = 0.2
    class_cap: float = 1.0
    max_entropy: float = 0.05

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share(self, "max_entropy", self.max_entropy, low_open=False)

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """See :meth:`Stage.decide`."""
        seen, labels = ledger.observations, ledger.corrected_labels
        shares = prediction_shares(seen.predictions(self.looks_at(ledger, epoch), epoch), ledger.num_classes)
        refurbishable = 1.0 - certainty(shares) <= self.max_entropy
        classes = shares.argmax(axis=1)
        losses = label_losses(seen.label_probs(labels, 1, epoch))
        scores = np.exp(-mean_of_seen(losses, (len(ledger),)))
        relabel = within_class_limits(ledger, refurbishable & (classes != labels), scores, floor=self.class_floor)
        after = labels.copy()
        after[relabel] = classes[relabel]
        counts = np.bincount(after[ledger.keep], minlength=ledger.num_classes)
        capacity = class_capacity(counts, np.zeros_like(counts), self.class_cap, self.class_floor)
        large = select_lowest(np.where(ledger.keep, scores, np.nan), after, round(self.rate * len(ledger)), capacity)
        return Decision(
            epoch=epoch,
            reason="label",
            prune=large[~refurbishable[large]],
            relabel=relabel,
            new_labels=classes[relabel],
            relabel_scores=scores[relabel],
            scores={"quality_score": scores, "label_score": scores},
        )
