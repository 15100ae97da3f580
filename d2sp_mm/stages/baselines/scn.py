"""Self-Cure Network's relabelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from d2sp_mm.functional.ranks import fractional_ranks
from d2sp_mm.functional.stability import contradiction_margin, label_score
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.pruning import within_class_limits
from d2sp_mm.stages.stage import Stage, check_count, check_share


@dataclass(frozen=True)
class ScnRelabeling(Stage):
    """Relabel, among the samples of low weight, those that one prediction puts into another class by a margin.

    To be trained with ``weighting='joint'``. Scores: the weight for the clip, the margin for the label.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        early_learning: See :class:`Stage`.
        window: See :class:`Stage`; only the last epoch is looked at.
        high_share: Share beta of the samples, by weight, whose label stands, in [0, 1).
        min_margin: Margin that must be exceeded, in [0, 1).
        class_floor: Samples that keep their label in every class, at least 1.

    Source:
        Self-Cure Network (Wang et al., CVPR 2020): section 3.3 and equation 4, beta .7 and margin .2. There the groups are
        formed in every batch and labels change at once, from the tenth epoch on; here at the end of an epoch, over the whole
        set, and in as many rounds as ``rounds`` says; after the last round the loss is the plain one.
    """

    priority: ClassVar[int] = 1

    start: int | float = 0.25
    high_share: float = 0.7
    min_margin: float = 0.2
    class_floor: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share(self, "high_share", self.high_share, low_open=False)
        check_share(self, "min_margin", self.min_margin, low_open=False)
        check_count(self, "class_floor", self.class_floor, 1)

    @property
    def uses_weights(self) -> bool:
        """The groups are formed by weight."""
        return True

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """See :meth:`Stage.decide`."""
        seen = ledger.observations
        predictions, weights = seen.predictions(1, epoch)[0], seen.mean_weights(1, epoch)
        margins = contradiction_margin(seen.mean_probs(1, epoch), ledger.corrected_labels, predictions)
        low = np.zeros(len(ledger), dtype=bool)
        known = ~np.isnan(weights)
        low[known] = fractional_ranks(weights[known]) < 1.0 - self.high_share
        trust = label_score(margins)
        wrong = low & (predictions != ledger.corrected_labels) & (margins > self.min_margin)
        relabel = within_class_limits(ledger, wrong, trust, floor=self.class_floor)
        return Decision(
            epoch=epoch,
            reason="label",
            relabel=relabel,
            new_labels=predictions[relabel],
            relabel_scores=trust[relabel],
            scores={"quality_score": weights, "label_score": trust},
        )
