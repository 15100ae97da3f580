"""The control of every correction: the label is whatever the model says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.checks import check_count
from d2sp_mm.stages.class_limits import within_class_limits
from d2sp_mm.stages.stage import Stage


@dataclass(frozen=True)
class PredictionDiffers(Stage):
    """Relabel every sample whose last prediction is not its label. Score: the probability of the label.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        window: See :class:`Stage`; only the last epoch is looked at.
        class_floor: Samples that keep their label in every class, at least 1.

    Source:
        Our own control; hard bootstrapping (Reed et al., ICLR 2015 workshop) in its crudest form.
    """

    turn: ClassVar[int] = 1

    start: int | float = 0.6
    class_floor: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self, "class_floor", self.class_floor, 1)

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """See :meth:`Stage.decide`."""
        predictions = ledger.observations.predictions(1, epoch)[0]
        trust = ledger.observations.mean_label_probs(ledger.corrected_labels, 1, epoch)
        wrong = (predictions >= 0) & (predictions != ledger.corrected_labels)
        relabel = within_class_limits(ledger, wrong, trust, floor=self.class_floor)
        return Decision(
            rule="correct_what_differs",
            epoch=epoch,
            relabel=relabel,
            new_labels=predictions[relabel],
            relabel_scores=trust[relabel],
            scores={"label_score": trust},
        )
