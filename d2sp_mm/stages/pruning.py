"""What all pruning stages have in common: limits of a class, and pruning what no decoder can read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.selection import class_capacity, select_lowest
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.stage import Stage, check_count, check_share


def within_class_limits(
    ledger: Ledger,
    chosen: npt.NDArray[np.bool_],
    scores: npt.NDArray[np.float64],
    cap: float = 1.0,
    floor: int = 1,
) -> npt.NDArray[np.int64]:
    """Of the chosen kept samples those that their classes can spare, the lowest scores first.

    Args:
        ledger: The ledger; classes are those of the present labels.
        chosen: Samples that a stage would prune or relabel, shape (n,); those that a person decided on are left out.
        scores: Low = bad, shape (n,); one without a score is never taken.
        cap: Largest share of a class that may go, in [0, 1].
        floor: Samples that stay in every class.

    Returns:
        Indices, ascending.

    Source:
        Our own; published rules know no such limit.
    """
    counts = ledger.class_counts
    capacity = class_capacity(counts, np.zeros_like(counts), cap, floor)
    candidates = chosen & ledger.keep & ~ledger.overridden
    return select_lowest(np.where(candidates, scores, np.nan), ledger.corrected_labels, len(ledger), capacity)


#: What stands in place of a stage's name where clips are pruned because they cannot be decoded.
UNDECODABLE = "undecodable"


def prune_undecodable(ledger: Ledger, epoch: int, tolerance: float = 0.0) -> Decision:
    """Prune the clips that failed to decode: in more than a share of the epochs so far, or in all of them.

    No rate and no cap of a class holds them back: MMAction2 stops at the first that fails when it trains on a purified
    annotation, be it in its first epoch or in its last. A class that consists of nothing else keeps one, so that it does not
    vanish.

    Args:
        ledger: The ledger, with the observations of ``epoch`` written.
        epoch: The epoch that just ended, counted from 0.
        tolerance: Share of the epochs so far, in [0, 1], in which a clip may have failed.

    Returns:
        The decision; quality score 0 for what it found.

    Source:
        Our own.
    """
    failed = ledger.undecodable > 0
    if not failed.any():
        return Decision(epoch, "quality", stage=UNDECODABLE)
    too_often = (ledger.undecodable > tolerance * (epoch + 1)) | (ledger.undecodable > epoch)
    found = failed & too_often & ledger.keep & ~ledger.overridden
    # Where a class must keep one, it keeps the one that failed least.
    read = 1 - np.minimum(ledger.undecodable / (epoch + 1), 1)
    prune = within_class_limits(ledger, found, np.where(found, read, np.nan))
    scores = {"quality_score": np.where(found, 0.0, np.nan)}
    return Decision(epoch, "quality", prune=prune, scores=scores, stage=UNDECODABLE)


@dataclass(frozen=True)
class PruningStage(Stage):
    """Prune the lowest scores, class by class within limits.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        early_learning: See :class:`Stage`.
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
        labels, overridden = ledger.corrected_labels, ledger.overridden
        pruned = ~ledger.keep
        capacity = class_capacity(
            np.bincount(labels, minlength=ledger.num_classes),
            np.bincount(labels[pruned], minlength=ledger.num_classes),
            self.class_cap,
            self.class_floor,
        )
        count = round(self.rate * progress * len(ledger)) - int((pruned & ~overridden).sum())
        return select_lowest(np.where(pruned | overridden, np.nan, scores), labels, count, capacity)
