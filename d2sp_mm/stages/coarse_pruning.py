"""Stage one of D2SP: prune the clips that nobody could label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from d2sp_mm.errors import ConfigError
from d2sp_mm.functional.certainty import certainty
from d2sp_mm.functional.rank_sum import rank_sum
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.fine_correction import label_scores
from d2sp_mm.stages.pruning import PruningStage

SCORES = ("weight", "entropy", "rank_sum")


@dataclass(frozen=True)
class CoarsePruning(PruningStage):
    """Coarse-grained pruning (CGP).

    A clip's quality score is the mean, over the last ``window`` epochs, of its learned weight (``weight``), one minus
    the normalised entropy of its mean prediction (``entropy``), or the mean of its ranks in both (``rank_sum``). A
    clip that could never be decoded in the window has score 0. The lowest ``rate`` are pruned.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        window: Epochs that the score is averaged over.
        rate: See :class:`PruningStage`.
        class_cap: See :class:`PruningStage`.
        class_floor: See :class:`PruningStage`.
        score: ``weight``, ``entropy`` or ``rank_sum``.

    Source:
        D2SP (arXiv 2406.16473) prunes by a learned scalar weight of each sample. Window, rate, cap and floor, and the
        two other scores, are our reconstruction.
    """

    start: int | float = 0.65
    window: int = 3
    score: str = "rank_sum"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.score not in SCORES:
            raise ConfigError(f"CoarsePruning: score={self.score!r} is unknown; choose one of {SCORES}.")

    @property
    def uses_weights(self) -> bool:
        """The entropy alone needs no weights."""
        return self.score != "entropy"

    def scores(self, ledger: Ledger, epoch: int) -> npt.NDArray[np.float64]:
        """Quality of every sample in [0, 1], shape (n,), low = bad; NaN where it was not seen."""
        seen = ledger.observations
        columns = []
        if self.uses_weights:
            columns.append(seen.mean_weights(self.window, epoch))
        if self.score != "weight":
            columns.append(certainty(seen.mean_probs(self.window, epoch)))
        scores = columns[0] if len(columns) == 1 else rank_sum(*columns)
        never_decoded = (ledger.undecodable > 0) & np.isnan(scores)
        return np.where(never_decoded, 0.0, scores)

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """See :meth:`Stage.decide`."""
        scores = self.scores(ledger, epoch)
        prune = self.lowest(ledger, scores, progress)
        # What is pruned now gets no later look, so its label is scored here as well.
        doubts = label_scores(ledger, epoch, self.window)
        summary = {"threshold": float(scores[prune].max())} if len(prune) else {}
        return Decision(
            rule=f"prune_by_{self.score}",
            epoch=epoch,
            prune=prune,
            scores={"quality_score": scores, "label_score": doubts},
            summary=summary,
        )
