"""Forgetting events: samples that are learned and forgotten again are taken for noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.forgetting import forgetting_events
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.peers.flagging import FlaggingStage


@dataclass(frozen=True)
class ForgettingEvents(FlaggingStage):
    """Prune the ``rate`` of samples that were forgotten most often, those never learned first. Score: ``1 / (1 + events)``.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        window: See :class:`FlaggingStage`.
        rate: See :class:`PruningStage`.
        class_cap: See :class:`FlaggingStage`.
        class_floor: See :class:`PruningStage`.

    Source:
        Toneva et al. (ICLR 2019), who find mislabelled samples among the most forgotten; they prune the least forgotten, to
        make a set smaller.
    """

    rule: ClassVar[str] = "prune_most_forgotten"

    window: int | float = 0

    def score(self, ledger: Ledger, epoch: int) -> npt.NDArray[np.float64]:
        """See :meth:`FlaggingStage.score`."""
        predictions = ledger.observations.predictions(self.looks_at(ledger, epoch), epoch)
        return 1.0 / (1.0 + forgetting_events(predictions, ledger.corrected_labels))
