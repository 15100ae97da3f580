"""Taking decisions back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from d2sp_mm.errors import ConfigError
from d2sp_mm.ledger import Ledger, Verdict
from d2sp_mm.ledger.verdict import verdicts_of


@dataclass(frozen=True)
class Selection:
    """Which decisions are meant: those that fit every part that is not empty.

    Args:
        keys: Samples.
        classes: Labels as given.
        rules: What decided, as in ``decisions.csv``.
        epochs: After which epoch, counted from 1 as in the log.
    """

    keys: Collection[str] = ()
    classes: Collection[int] = ()
    rules: Collection[str] = ()
    epochs: Collection[int] = ()

    def rows(self, ledger: Ledger) -> npt.NDArray[np.bool_]:
        """Which rows of the ledger's history are meant, a person's left out.

        Raises:
            ConfigError: A key, class, rule or epoch is not among the run's.
        """
        columns = ledger.history
        self._refuse_unknown(ledger)
        found: npt.NDArray[np.bool_] = ~ledger.changes.by_a_person()
        if self.keys:
            found &= np.isin(columns["sample"], [ledger.keys.index(key) for key in self.keys])
        if self.classes:
            found &= np.isin(ledger.labels[columns["sample"]], list(self.classes))
        if self.rules:
            found &= np.isin(columns["rule"], [ledger.rules.index(rule) for rule in self.rules])
        if self.epochs:
            found &= np.isin(columns["epoch"] + 1, list(self.epochs))
        return found

    def _refuse_unknown(self, ledger: Ledger) -> None:
        epochs = sorted(set((ledger.history["epoch"] + 1).tolist()))
        for name, wanted, known in (
            ("--key", self.keys, set(ledger.keys)),
            ("--class", self.classes, range(ledger.num_classes)),
            ("--stage", self.rules, ledger.rules),
            ("--epoch", self.epochs, epochs),
        ):
            unknown = [value for value in wanted if value not in known]
            if unknown:
                few = ", ".join(map(str, known)) if len(known) <= 20 else "those of ledger.csv"
                raise ConfigError(f"{name} {unknown[0]}: the run has none such; it has {few or 'no decisions'}.")


def undone(ledger: Ledger, rows: npt.NDArray[np.bool_]) -> dict[int, Verdict]:
    """The verdicts that hold once some decisions are taken back: each sample gets what its other decisions come to.

    A person's verdict on a sample stands. An undone decision is one as well: no later round decides it again.

    Args:
        ledger: The ledger.
        rows: The rows of its history that are taken back.

    Returns:
        All verdicts by the number of the sample.

    Source:
        Our own.
    """
    keep, labels = ledger.changes.outcome(ledger.labels, ~(rows | ledger.changes.by_a_person()))
    samples = np.unique(ledger.history["sample"][rows])
    return {**{int(s): Verdict(bool(keep[s]), int(labels[s])) for s in samples}, **verdicts_of(ledger)}
