"""What a person decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.ledger.history import VERDICT
from d2sp_mm.ledger.ledger import Ledger


@dataclass(frozen=True)
class Verdict:
    """What a person decided on one sample; it stands whatever stages say.

    Args:
        keep: Whether the sample is trained on.
        label: The label that it has from now on, in [0, classes).
    """

    keep: bool
    label: int


def verdicts_of(ledger: Ledger) -> dict[int, Verdict]:
    """What a person has decided of a ledger's samples, by the number of the sample."""
    samples = np.flatnonzero(ledger.judged)
    return {int(s): Verdict(bool(ledger.keep[s]), int(ledger.corrected_labels[s])) for s in samples}


def judged_after(ledger: Ledger) -> int:
    """The epoch, counted from 0, after which the verdicts were taken over: stages decided until then without them."""
    return int(ledger.history["epoch"][ledger.changes.by_a_person()].max(initial=0))


def judge(ledger: Ledger, verdicts: Mapping[int, Verdict]) -> None:
    """Carry out what a person decided, in place of all that a person had decided before.

    A sample that has no verdict any more is again as the stages left it.

    Args:
        ledger: The ledger; changes.
        verdicts: The verdict on each sample that has one, by its number.

    Raises:
        DataError: If a label is out of range or a class would be left without any sample; nothing has changed then.

    Source:
        Our own.
    """
    if dict(verdicts) == verdicts_of(ledger):
        return
    chosen = sorted(verdicts)
    samples = np.array(chosen, dtype=np.int64)
    new = np.array([verdicts[s].label for s in chosen], dtype=np.int64)
    outside = np.flatnonzero((new < 0) | (new >= ledger.num_classes))
    if len(outside):
        key, label = ledger.keys[chosen[outside[0]]], new[outside[0]]
        raise DataError(f"the verdict on {key!r} names label {label}; labels are 0 to {ledger.num_classes - 1}.")
    by_a_person = ledger.changes.by_a_person()
    keep, labels = ledger.changes.outcome(ledger.labels, ~by_a_person)
    old = labels[samples]
    keep[samples], labels[samples] = [verdicts[s].keep for s in chosen], new
    ledger.refuse_empty_class(keep, labels, "the verdicts", "keep one sample of it at least")
    ledger.changes.drop(by_a_person)
    ledger.keep, ledger.corrected_labels = keep, labels
    epoch = max(ledger.next_epoch - 1, 0)
    ledger.changes.write(
        VERDICT, samples, epoch=epoch, old_label=old, new_label=new, pruned=~keep[samples], score=np.nan
    )
