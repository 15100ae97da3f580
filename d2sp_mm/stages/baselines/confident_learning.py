"""Confident learning, by cleanlab."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from d2sp_mm.errors import ConfigError
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.baselines.flagging import FlaggingStage

FILTERS = ("prune_by_class", "prune_by_noise_rate", "both", "confident_learning", "predicted_neq_given")


@dataclass(frozen=True)
class ConfidentLearning(FlaggingStage):
    """Prune what cleanlab calls a label issue; how many that are, it estimates itself.

    Needs ``pip install cleanlab``. Score: cleanlab's label quality (self-confidence).

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        early_learning: See :class:`Stage`.
        window: See :class:`FlaggingStage`.
        rate: Not looked at.
        class_cap: See :class:`FlaggingStage`.
        class_floor: See :class:`PruningStage`.
        filter_by: How cleanlab picks, one of ``FILTERS``.

    Raises:
        ConfigError: cleanlab is not installed.

    Source:
        Northcutt et al., "Confident Learning: Estimating Uncertainty in Dataset Labels" (JAIR 2021), by its authors'
        library. It asks for out-of-fold predictions; here it gets those of training, averaged over the window, which
        cost nothing.
    """

    filter_by: str = "prune_by_noise_rate"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.filter_by not in FILTERS:
            raise ConfigError(f"ConfidentLearning: filter_by={self.filter_by!r} is unknown; choose one of {FILTERS}.")
        # Now rather than at the first decision, hours later.
        if find_spec("cleanlab") is None:
            raise ConfigError("ConfidentLearning needs the package cleanlab: pip install cleanlab")

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """See :meth:`Stage.decide`."""
        from cleanlab.filter import find_label_issues
        from cleanlab.rank import get_label_quality_scores

        probs = ledger.observations.mean_probs(self.looks_at(ledger, epoch), epoch)
        known = np.flatnonzero(~np.isnan(probs).any(axis=1) & ledger.keep)
        # Half precision does not sum to 1 as exactly as cleanlab wants.
        probs = probs[known] / probs[known].sum(axis=1, keepdims=True)
        labels = ledger.corrected_labels[known]
        scores, issue = np.full(len(ledger), np.nan), np.zeros(len(ledger), dtype=bool)
        scores[known] = get_label_quality_scores(labels, probs)
        # One process: the run's own workers hold the cores.
        issue[known] = find_label_issues(labels, probs, filter_by=self.filter_by, n_jobs=1)
        return self.flag(ledger, epoch, scores, issue)
