"""Stage one of D2SP: prune the clips that nobody could label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from d2sp_mm.errors import ConfigError
from d2sp_mm.functional.certainty import balancing_factors, certainty, mean_of_seen
from d2sp_mm.functional.ranks import joint_ranks, tail_rank
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.contradiction import label_scores
from d2sp_mm.stages.pruning import PruningStage
from d2sp_mm.stages.stage import check_share

SCORES = ("weight", "entropy", "rank_sum")


@dataclass(frozen=True)
class CoarsePruning(PruningStage):
    """Coarse-grained pruning (CGP).

    A clip's quality score over the last ``window`` epochs is its mean learned weight (``weight``), one minus the
    normalised entropy of its predictions (``entropy``), or the mean of its ranks in both (``rank_sum``). For the entropy
    the frequency of the classes is taken out of the predictions (``class_balance``), so that clips of a rare class do not
    look uncertain for being rare. The lowest ``rate`` are pruned; clips that could never be decoded
    count towards it (:func:`prune_undecodable`).

    Learned weights can settle on a wrong group of clips, because the rank regularisation asks only that some are low. So
    ``rank_sum`` takes them in only if they agree with the entropy about the worst clips (``max_tail_rank``), and is the
    entropy alone otherwise, with a warning.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        early_learning: See :class:`Stage`.
        window: Epochs that the score is averaged over; see :class:`Stage`.
        rate: See :class:`PruningStage`.
        class_cap: See :class:`PruningStage`.
        class_floor: See :class:`PruningStage`.
        score: ``weight``, ``entropy`` or ``rank_sum``.
        entropy_of: ``each``: the mean of the entropies of each epoch's prediction; ``mean``: the entropy of the mean
            prediction, which is high as well for a clip whose predictions are sure but change.
        class_balance: How far the frequency of the classes is taken out of the predictions, in [0, 1]; the exponent of
            :func:`balance_probs`.
        max_of_median: Clips that the model is surer of than this share of the median certainty stay, whatever score and
            rate say, in (0, 1]; None: no such bound. So a set without unusable clips keeps (nearly) all.
        max_tail_rank: Mean rank, in (0, 1], that the weights may give the least certain ``rate`` of the clips if
            ``rank_sum`` is to trust them: half of ``rate`` is full agreement, 1/2 none; 1 trusts them always.

    Source:
        D2SP (arXiv 2406.16473) prunes by a learned scalar weight of each sample. Window, rate, cap and floor, and the
        two other scores, are our reconstruction.
    """

    start: int | float = 0.6
    window: int | float = 5
    score: str = "rank_sum"
    entropy_of: str = "each"
    class_balance: float = 1.0
    max_of_median: float | None = None
    max_tail_rank: float = 1 / 3

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_of_median is not None:
            check_share(self, "max_of_median", self.max_of_median, high_open=False)
        check_share(self, "max_tail_rank", self.max_tail_rank, high_open=False)
        if self.score not in SCORES:
            raise ConfigError(f"CoarsePruning: score={self.score!r} is unknown; choose one of {SCORES}.")
        check_share(self, "class_balance", self.class_balance, low_open=False, high_open=False)
        if self.entropy_of not in ("each", "mean"):
            raise ConfigError(f"CoarsePruning: entropy_of={self.entropy_of!r} is unknown; choose 'each' or 'mean'.")

    @property
    def uses_weights(self) -> bool:
        """The entropy alone needs no weights."""
        return self.score != "entropy"

    def _score(
        self, ledger: Ledger, epoch: int, certain: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], dict[str, float], str]:
        """The scores, figures worth logging, and a warning where they are not those that were asked for."""
        weights = ledger.observations.mean_weights(self.looks_at(ledger, epoch), epoch)
        if self.score != "rank_sum":
            return weights if self.score == "weight" else certain, {}, ""
        ranks = joint_ranks(weights, certain)
        summary = {"tail_rank": tail_rank(ranks[0], ranks[1], self.rate)}
        if summary["tail_rank"] <= self.max_tail_rank:
            return ranks.mean(axis=0), summary, ""
        warning = (
            "it scores by the entropy alone: the learned weights disagree with it about the worst clips (mean rank "
            f"{summary['tail_rank']:.2f}, more than max_tail_rank={self.max_tail_rank:.2f})."
        )
        return certain, summary, warning

    def _certainty(self, ledger: Ledger, epoch: int) -> npt.NDArray[np.float64]:
        """Certainty of every sample over the window, in [0, 1], shape (n,); NaN if it was never seen."""
        # certainty() normalises, and single precision is finer than what the ledger keeps.
        factors = balancing_factors(ledger.class_frequencies, self.class_balance).astype(np.float32)
        found = np.empty(len(ledger), dtype=np.float64)
        for block in ledger.observations.blocks(self.looks_at(ledger, epoch), epoch):
            each = [block.mean_probs()] if self.entropy_of == "mean" else block.epoch_probs()
            certain = (certainty(probs * factors) for probs in each)
            found[block.samples] = mean_of_seen(certain, block.shape[:1])
        return found

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """See :meth:`Stage.decide`."""
        window, certain = self.looks_at(ledger, epoch), self._certainty(ledger, epoch)
        scores, summary, warning = self._score(ledger, epoch, certain)
        prune = self.lowest(ledger, scores, progress)
        if self.max_of_median is not None and len(prune):
            # No other clip is taken in place of one that stays.
            prune = prune[certain[prune] <= self.max_of_median * np.nanmedian(certain[ledger.keep])]
        if len(prune):
            summary["threshold"] = float(scores[prune].max())
        return Decision(
            epoch=epoch,
            reason="quality",
            prune=prune,
            # What is pruned now gets no later look, so its label is scored here as well.
            scores={"quality_score": scores, "label_score": label_scores(ledger, epoch, window, self.class_balance)},
            summary=summary,
            warning=warning,
        )
