"""What a stage decided at the end of one epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

#: What a decision is taken for: the clip cannot be used, or its label is wrong.
REASONS = ("quality", "label")
#: The scores that a decision may carry, each in [0, 1] with low = bad.
SCORE_NAMES = ("quality_score", "label_score")


def _no_samples() -> npt.NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Decision:
    """What a stage decides, not yet applied.

    Args:
        epoch: Epoch after which it was taken, counted from 0.
        reason: One of ``REASONS``: ``quality`` where the clip is doubted, ``label`` where its label is.
        prune: Indices of the samples to prune, shape (k,).
        prune_scores: What the stage chose each of them by, in [0, 1], shape (k,), low = bad. Empty: by the quality score.
        relabel: Indices of the samples to relabel, shape (r,).
        new_labels: Their new classes, shape (r,).
        relabel_scores: How far the label that each of them has now was trusted, in [0, 1], shape (r,): what the stage
            decided by. Empty where it has no such score.
        scores: Scores of all samples, by a name of ``SCORE_NAMES``; shape (n,), low = bad, NaN = not scored now.
        summary: Figures worth logging, such as the share of stable samples.
        warning: What speaks against it, in words; empty if nothing does.
        stage: The name that the config gives the stage; :class:`Purifier` writes it in.
        pruned: Samples that are pruned in all once it is applied, and
        relabelled: kept samples that have another label than the given one; :meth:`Ledger.apply` counts.
    """

    epoch: int
    reason: str
    prune: npt.NDArray[np.int64] = field(default_factory=_no_samples)
    prune_scores: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    relabel: npt.NDArray[np.int64] = field(default_factory=_no_samples)
    new_labels: npt.NDArray[np.int64] = field(default_factory=_no_samples)
    relabel_scores: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    scores: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    summary: Mapping[str, float] = field(default_factory=dict)
    warning: str = ""
    stage: str = "unnamed"
    pruned: int = 0
    relabelled: int = 0

    def __post_init__(self) -> None:
        if self.reason not in REASONS:
            raise ValueError(f"reason={self.reason!r}: a decision is taken for one of {REASONS}.")
        if len(self.relabel) != len(self.new_labels):
            raise ValueError(
                f"{len(self.relabel)} samples to relabel but {len(self.new_labels)} new labels; "
                "give one new label a sample."
            )
        scored = {"prune": (self.prune_scores, self.prune), "relabel": (self.relabel_scores, self.relabel)}
        for what, (scores, samples) in scored.items():
            if len(scores) not in (0, len(samples)):
                raise ValueError(f"{len(scores)} scores for {len(samples)} samples to {what}; give one a sample, or none.")
        unknown = set(self.scores) - set(SCORE_NAMES)
        if unknown:
            raise ValueError(f"unknown scores {sorted(unknown)}; a decision may carry {SCORE_NAMES}.")

    def without(self, samples: npt.NDArray[np.bool_]) -> Decision:
        """The same decision, but nothing of some samples.

        Args:
            samples: Which samples it leaves alone, shape (n,); what they score stays.
        """
        if not samples.any():
            return self
        prune, relabel = ~samples[self.prune], ~samples[self.relabel]
        return replace(
            self,
            prune=self.prune[prune],
            prune_scores=self.prune_scores[prune] if len(self.prune_scores) else self.prune_scores,
            relabel=self.relabel[relabel],
            new_labels=self.new_labels[relabel],
            relabel_scores=self.relabel_scores[relabel] if len(self.relabel_scores) else self.relabel_scores,
        )
