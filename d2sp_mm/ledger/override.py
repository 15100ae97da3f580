"""What a person decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.ledger.decision import REASONS
from d2sp_mm.ledger.history import OVERRIDE
from d2sp_mm.ledger.ledger import Ledger


@dataclass(frozen=True)
class Override:
    """What a person decided on one sample; it stands whatever stages say.

    Args:
        keep: Whether the sample is trained on.
        label: The label that it has from now on, in [0, classes).
        undone: Where the override is that stages' decisions are taken back: which, as (epoch from 0, stage). Empty where the
            person said what shall be.
    """

    keep: bool
    label: int
    undone: frozenset[tuple[int, str]] = field(default=frozenset(), compare=False)


def overrides_of(ledger: Ledger) -> dict[int, Override]:
    """What a person has decided of a ledger's samples, by the number of the sample."""
    samples = np.flatnonzero(ledger.overridden)
    return {int(s): Override(bool(ledger.keep[s]), int(ledger.corrected_labels[s])) for s in samples}


def override_epochs(ledger: Ledger) -> dict[int, int]:
    """The epoch after which each override was taken over, by the number of the sample; -1: before the first."""
    rows, columns = ledger.decisions.by_a_person(), ledger.decisions.columns
    return dict(zip(columns["sample"][rows].tolist(), columns["epoch"][rows].tolist()))


def apply_overrides(ledger: Ledger, overrides: Mapping[int, Override]) -> None:
    """Carry out what a person decided, in place of all that a person had decided before.

    A sample that has no override any more is again as the stages left it.

    Args:
        ledger: The ledger; changes.
        overrides: The override on each sample that has one, by its number.

    Raises:
        DataError: If a label is out of range or a class would be left without any sample; nothing has changed then.

    Source:
        Our own.
    """
    before = overrides_of(ledger)
    changed = sorted(s for s, override in overrides.items() if before.get(s) != override)
    gone = sorted(set(before) - set(overrides))
    if not changed and not gone:
        return
    samples = np.array(changed, dtype=np.int64)
    new = np.array([overrides[s].label for s in changed], dtype=np.int64)
    outside = np.flatnonzero((new < 0) | (new >= ledger.num_classes))
    if len(outside):
        key, label = ledger.keys[changed[outside[0]]], new[outside[0]]
        raise DataError(f"the override on {key!r} names label {label}; labels are 0 to {ledger.num_classes - 1}.")
    by_a_person = ledger.decisions.by_a_person()
    by_stages = ledger.decisions.outcome(ledger.labels, ~by_a_person)
    keep, labels = ledger.keep.copy(), ledger.corrected_labels.copy()
    touched = np.array([*changed, *gone], dtype=np.int64)
    keep[touched], labels[touched] = by_stages[0][touched], by_stages[1][touched]
    old = labels[samples]
    keep[samples], labels[samples] = [overrides[s].keep for s in changed], new
    ledger.refuse_empty_class(keep, labels, "the overrides", "keep one sample of it at least")
    # Overrides that stand as before keep their place: they held for what stages decided since.
    ledger.decisions.drop(by_a_person & np.isin(ledger.decisions.columns["sample"], touched))
    ledger.keep, ledger.corrected_labels = keep, labels
    epoch = ledger.next_epoch - 1
    # A person leaves a clip out because it cannot be used: what has a right label gets it.
    reason = np.where(keep[samples], REASONS.index("label"), REASONS.index("quality"))
    ledger.decisions.write(
        OVERRIDE, reason, samples, epoch=epoch, old_label=old, new_label=new, pruned=~keep[samples], score=np.nan
    )
