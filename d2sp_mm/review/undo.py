"""Taking decisions back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from d2sp_mm.errors import ConfigError
from d2sp_mm.ledger import Ledger, Override


@dataclass(frozen=True)
class Selection:
    """Which decisions are meant: those that fit every part that is not empty.

    Args:
        keys: Samples.
        classes: Labels as given.
        stages: Names of the stages that decided.
        epochs: After which epoch, counted from 1 as in the log.
    """

    keys: Collection[str] = ()
    classes: Collection[int] = ()
    stages: Collection[str] = ()
    epochs: Collection[int] = ()

    def __bool__(self) -> bool:
        return bool(self.keys or self.classes or self.stages or self.epochs)

    def overrides(self, ledger: Ledger, standing: Mapping[int, Override]) -> dict[int, Override]:
        """Of the overrides that hold those that are meant, by key and class; all where neither is given.

        Raises:
            ConfigError: A key or class is not among the run's.
        """
        self._refuse_unknown(ledger)
        keys = {ledger.keys.index(key) for key in self.keys}
        return {
            sample: override
            for sample, override in standing.items()
            if (not keys or sample in keys) and (not self.classes or ledger.labels[sample] in self.classes)
        }

    def rows(self, ledger: Ledger) -> npt.NDArray[np.bool_]:
        """Which rows of the ledger's history are meant, a person's left out.

        Raises:
            ConfigError: A key, class, stage or epoch is not among the run's.
        """
        columns = ledger.decisions.columns
        self._refuse_unknown(ledger)
        found: npt.NDArray[np.bool_] = ~ledger.decisions.by_a_person()
        if self.keys:
            found &= np.isin(columns["sample"], [ledger.keys.index(key) for key in self.keys])
        if self.classes:
            found &= np.isin(ledger.labels[columns["sample"]], list(self.classes))
        if self.stages:
            found &= np.isin(columns["stage"], [ledger.stages.index(name) for name in self.stages])
        if self.epochs:
            found &= np.isin(columns["epoch"] + 1, list(self.epochs))
        return found

    def _refuse_unknown(self, ledger: Ledger) -> None:
        epochs = sorted(set((ledger.decisions.columns["epoch"] + 1).tolist()))
        for name, wanted, known in (
            ("--key", self.keys, set(ledger.keys)),
            ("--class", self.classes, range(ledger.num_classes)),
            ("--stage", self.stages, ledger.stages),
            ("--epoch", self.epochs, epochs),
        ):
            unknown = [value for value in wanted if value not in known]
            if unknown:
                few = ", ".join(map(str, known)) if len(known) <= 20 else "those of ledger.csv"
                raise ConfigError(f"{name} {unknown[0]}: the run has none such; it has {few or 'no decisions'}.")


def undone(ledger: Ledger, rows: npt.NDArray[np.bool_], standing: Mapping[int, Override]) -> dict[int, Override]:
    """The overrides that hold once some decisions are taken back: each sample gets what its other decisions come to.

    What a person said of a sample stands. An undone decision is an override as well: no later round decides it again. It
    remembers what it took back, so that taking back one after the other comes to the same as all at once.

    Args:
        ledger: The ledger.
        rows: The rows of its history that are taken back.
        standing: The overrides that hold, by the number of the sample.

    Returns:
        All overrides that hold then.

    Source:
        Our own.
    """
    columns = ledger.decisions.columns
    names, _ = ledger.decisions.named()
    samples = np.unique(columns["sample"][rows])
    taken = {int(s): set(standing[s].undone) if s in standing else set() for s in samples.tolist()}
    out = ledger.decisions.by_a_person()
    for row in np.flatnonzero(np.isin(columns["sample"], samples) & ~out):
        sample, mark = int(columns["sample"][row]), (int(columns["epoch"][row]), names[row])
        if rows[row]:
            taken[sample].add(mark)
        out[row] = mark in taken[sample]
    keep, labels = ledger.decisions.outcome(ledger.labels, ~out)
    said = {s: override for s, override in standing.items() if not override.undone}
    found = {s: Override(bool(keep[s]), int(labels[s]), frozenset(marks)) for s, marks in taken.items()}
    return {**standing, **found, **said}
