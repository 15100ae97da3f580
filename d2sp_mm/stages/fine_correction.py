"""Stage two of D2SP: correct the labels that the model stably contradicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from d2sp_mm.functional.stability import label_score
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.contradiction import contradiction
from d2sp_mm.stages.pruning import within_class_limits
from d2sp_mm.stages.stage import Stage, check_count, check_share


@dataclass(frozen=True)
class FineCorrection(Stage):
    """Fine-grained correction (FGC).

    A kept sample is *stable* if at least ``agreement`` of its last ``window`` predictions are one class. If that class
    is not its label and is, on the mean over the window, more likely than the label by more than ``min_margin``, it
    becomes the label. Probabilities are those of the plain scores, never of the weighted ones; for the margin the
    frequency of the classes is taken out of them (``class_balance``), because a model doubts the labels of a rare class
    for being rare.

    Args:
        start: See :class:`Stage`.
        rounds: See :class:`Stage`.
        interval: See :class:`Stage`.
        early_learning: See :class:`Stage`.
        window: The last q predictions; see :class:`Stage`. A sample not seen in one of them counts that one as disagreeing.
        agreement: Share a of them that must agree, in (0, 1]; 1 means all.
        min_margin: Margin mu that must be exceeded, in [0, 1).
        relative: Whether ``min_margin`` is in units of the median certainty (:meth:`Contradiction.unit`), so that one value
            fits sets of few and of many classes.
        class_balance: How far the frequency of the classes is taken out of the probabilities, in [0, 1]; the exponent of
            :func:`balance_probs`.
        class_floor: Samples that keep their label in every class, the least doubtful ones, at least 1.

    Source:
        D2SP (arXiv 2406.16473) corrects what is predicted stably and wrongly. Stability after SELFIE (ICML 2019), margin
        after SCN (CVPR 2020); the combination is our reconstruction. SELFIE's best setting is that all predictions agree,
        SCN's margin is .2 on one prediction, and neither balances the classes; ``docs/d2sp.md`` has what was measured.
    """

    priority: ClassVar[int] = 1

    start: int | float = 0.6
    window: int | float = 5
    agreement: float = 0.6
    min_margin: float = 0.4
    relative: bool = False
    class_balance: float = 1.0
    class_floor: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share(self, "agreement", self.agreement, high_open=False)
        check_share(self, "min_margin", self.min_margin, low_open=False)
        check_share(self, "class_balance", self.class_balance, low_open=False, high_open=False)
        check_count(self, "class_floor", self.class_floor, 1)

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """See :meth:`Stage.decide`."""
        window, labels = self.looks_at(ledger, epoch), ledger.corrected_labels
        # One look at the window for the labels that may change and for those as given, which are scored.
        found = contradiction(ledger, epoch, window, self.class_balance, labels, ledger.labels)
        classes, (margins, as_given), unit = found.classes, found.margins, found.unit(self.relative, ledger.keep)
        # Shares such as 3/5 and .6 must compare equal.
        stable = found.agreement >= self.agreement - 1e-9
        wrong = stable & (classes != labels) & (margins > self.min_margin * unit)
        # A class that is never predicted (the rare ones) would lose all its samples at once.
        relabel = within_class_limits(ledger, wrong, label_score(margins), floor=self.class_floor)
        agrees = classes[ledger.keep] == labels[ledger.keep]
        return Decision(
            epoch=epoch,
            reason="label",
            relabel=relabel,
            new_labels=classes[relabel],
            relabel_scores=label_score(margins)[relabel],
            scores={"label_score": label_score(as_given)},
            summary={
                "stable": float(stable[ledger.keep].mean()),
                "agreement_with_label": float(agrees.mean()),
            },
        )
