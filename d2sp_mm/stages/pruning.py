"""What all pruning stages have in common: how many may go, and from which class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.lowest_fraction import class_room, select_lowest
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.checks import check_count, check_share
from d2sp_mm.stages.stage import Stage


@dataclass(frozen=True)
class PruningStage(Stage):
    """Prune the lowest scores, class by class within limits.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        window: See :class:`Stage`.
        rate: Share of the training set that is pruned when the last round is done, in (0, 1); each round adds an equal
            part. Fewer go where the class limits say so.
        class_cap: Largest share of any class that may be pruned, in (0, 1].
        class_floor: Samples that must stay in every class, at least 1.
    """

    rate: float = 0.1
    class_cap: float = 0.3
    class_floor: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share(self, "rate", self.rate)
        check_share(self, "class_cap", self.class_cap, high_open=False)
        check_count(self, "class_floor", self.class_floor, 1)

    def lowest(self, ledger: Ledger, scores: npt.NDArray[np.float64], progress: float) -> npt.NDArray[np.int64]:
        """The samples that go now, given scores of all; what was pruned before counts towards rate and limits.

        What a person decided on is no candidate, and what a person pruned does not count towards the rate.
        """
        labels, judged = ledger.corrected_labels, ledger.judged
        pruned = ~ledger.keep
        room = class_room(
            np.bincount(labels, minlength=ledger.num_classes),
            np.bincount(labels[pruned], minlength=ledger.num_classes),
            self.class_cap,
            self.class_floor,
        )
        count = round(self.rate * progress * len(ledger)) - int((pruned & ~judged).sum())
        return select_lowest(np.where(pruned | judged, np.nan, scores), labels, count, room)
