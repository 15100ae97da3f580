"""Dataset cartography: samples whose label is never believed are taken for noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.peers.flagging import FlaggingStage


@dataclass(frozen=True)
class LowConfidence(FlaggingStage):
    """Prune the ``rate`` of samples of lowest confidence: mean probability of the label over all epochs so far.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        window: See :class:`FlaggingStage`.
        rate: See :class:`PruningStage`.
        class_cap: See :class:`FlaggingStage`.
        class_floor: See :class:`PruningStage`.

    Source:
        The hard-to-learn region of Dataset Cartography (Swayamdipta et al., EMNLP 2020, section 2), which their section 5
        takes for mislabelled. Pruning a rate of it in the middle of training is ours.
    """

    rule: ClassVar[str] = "prune_low_confidence"

    window: int | float = 0

    def score(self, ledger: Ledger, epoch: int) -> npt.NDArray[np.float64]:
        """See :meth:`FlaggingStage.score`."""
        return ledger.observations.mean_label_probs(ledger.corrected_labels, self.looks_at(ledger, epoch), epoch)
