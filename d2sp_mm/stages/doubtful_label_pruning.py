"""Pruning of clips whose label is probably wrong, where no other label is sure enough to take its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from d2sp_mm.functional.stability import label_score
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.contradiction import contradiction, label_scores
from d2sp_mm.stages.pruning import PruningStage
from d2sp_mm.stages.stage import check_share


@dataclass(frozen=True)
class DoubtfulLabelPruning(PruningStage):
    """Prune what correction left: clips whose present label the model contradicts by more than ``min_margin``.

    To know that a label is wrong is easier than to know the right one, so a smaller margin will do. It decides
    after :class:`FineCorrection`, so that what can be corrected is.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        early_learning: See :class:`Stage`.
        window: The epochs whose predictions are averaged; see :class:`Stage`.
        rate: See :class:`PruningStage`; here only a bound, and what other stages pruned counts.
        class_cap: See :class:`PruningStage`.
        class_floor: See :class:`PruningStage`.
        min_margin: Margin that must be exceeded, in [0, 1).
        relative: Whether ``min_margin`` is in units of the median certainty (:meth:`Contradiction.unit`).
        class_balance: How far the frequency of the classes is taken out of the probabilities, in [0, 1]; the exponent of
            :func:`balance_probs`.

    Source:
        Our own; the margin is that of :class:`FineCorrection`.
    """

    priority: ClassVar[int] = 2

    start: int | float = 0.6
    window: int | float = 0.5
    rate: float = 0.3
    class_cap: float = 0.5
    min_margin: float = 0.15
    relative: bool = False
    class_balance: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share(self, "min_margin", self.min_margin, low_open=False)
        check_share(self, "class_balance", self.class_balance, low_open=False, high_open=False)

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """See :meth:`Stage.decide`."""
        window, labels = self.looks_at(ledger, epoch), ledger.corrected_labels
        found = contradiction(ledger, epoch, window, self.class_balance, labels)
        least, trust = self.min_margin * found.unit(self.relative, ledger.keep), label_score(found.margins[0])
        doubtful = (found.classes != labels) & (found.margins[0] > least)
        prune = self.lowest(ledger, np.where(doubtful, trust, np.nan), progress)
        return Decision(
            epoch=epoch,
            reason="label",
            prune=prune,
            prune_scores=trust[prune],
            scores={"label_score": label_scores(ledger, epoch, window, self.class_balance)},
        )
