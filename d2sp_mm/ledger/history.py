"""Every change of one sample, in order."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from d2sp_mm.ledger.decision import REASONS

#: What stands in place of a stage's name where a person decided.
OVERRIDE = "override"


class DecisionHistory:
    """What was decided of which sample, one row a change; read from the first to the last it tells what holds now.

    A row says that from then on its sample has ``new_label``, and is left out (``pruned``) or kept. Rows of the stage
    :data:`OVERRIDE` are a person's: no stage changes such a sample again.
    """

    COLUMNS: ClassVar[dict[str, type]] = {
        "epoch": np.int64,
        "stage": np.int64,
        "reason": np.int8,
        "sample": np.int64,
        "old_label": np.int64,
        "new_label": np.int64,
        "pruned": np.bool_,
        "score": np.float64,
    }
    BYTES_PER_ROW = sum(np.dtype(kind).itemsize for kind in COLUMNS.values())

    def __init__(self, stages: list[str] | None = None, columns: dict[str, npt.NDArray[Any]] | None = None) -> None:
        #: Names of what decided anything, in the order of their first decision.
        self.stages: list[str] = stages or []
        self._columns: dict[str, list[npt.NDArray[Any]]] = {
            name: [] if columns is None else [columns[name]] for name in self.COLUMNS
        }

    @property
    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """The rows by column: epoch (from 0), stage (index into ``stages``), reason (into ``REASONS``), sample, and more."""
        return {
            name: np.concatenate([np.empty(0, dtype=dtype), *self._columns[name]]) for name, dtype in self.COLUMNS.items()
        }

    def write(
        self, stage: str, reason: npt.ArrayLike, samples: npt.NDArray[np.int64], **values: Any
    ) -> None:
        """Add a row for each sample.

        Args:
            stage: The name of what decided.
            reason: Index into ``REASONS``, for all or of shape (k,).
            samples: The samples, shape (k,).
            values: The other columns, each of shape (k,) or one value for all.
        """
        if not len(samples):
            return
        if stage not in self.stages:
            self.stages.append(stage)
        values = {**values, "stage": self.stages.index(stage), "reason": reason, "sample": samples}
        for name, dtype in self.COLUMNS.items():
            self._columns[name].append(np.broadcast_to(np.asarray(values[name], dtype=dtype), samples.shape).copy())

    def by_a_person(self) -> npt.NDArray[np.bool_]:
        """Which rows are a person's."""
        stage = self.columns["stage"]
        return stage == self.stages.index(OVERRIDE) if OVERRIDE in self.stages else np.zeros(len(stage), dtype=bool)

    def named(self, rows: slice | npt.NDArray[Any] = slice(None)) -> tuple[list[str], list[str]]:
        """The stage and the reason of some rows, in words."""
        columns = self.columns
        stages = [self.stages[number] for number in columns["stage"][rows]]
        return stages, [REASONS[number] for number in columns["reason"][rows]]

    def outcome(
        self, labels: npt.NDArray[np.int64], rows: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
        """What some of the rows come to, as if the others had never been.

        Args:
            labels: The labels as given, shape (n,).
            rows: Which rows count.

        Returns:
            Whether each sample is kept and its label, both of shape (n,).
        """
        keep, now = np.ones(len(labels), dtype=bool), labels.copy()
        columns = {name: column[rows] for name, column in self.columns.items()}
        # The last row of each sample is what holds.
        samples, last = np.unique(columns["sample"][::-1], return_index=True)
        last = len(columns["sample"]) - 1 - last
        keep[samples], now[samples] = ~columns["pruned"][last], columns["new_label"][last]
        return keep, now

    def only(self, rows: npt.NDArray[np.bool_]) -> DecisionHistory:
        """A history of some rows."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        used = list(dict.fromkeys(columns["stage"].tolist()))
        columns["stage"] = np.array([used.index(number) for number in columns["stage"].tolist()], dtype=np.int64)
        return DecisionHistory([self.stages[number] for number in used], columns)

    def of_pass(self, number: int) -> DecisionHistory:
        """The rows as a later pass has them: stages are called ``pass_NUMBER/STAGE``; a person's hold from the beginning.

        Args:
            number: The pass that they are of, from 1.
        """
        columns = self.columns
        columns["epoch"] = np.where(self.by_a_person(), -1, columns["epoch"])
        stages = [name if name == OVERRIDE or "/" in name else f"pass_{number}/{name}" for name in self.stages]
        return DecisionHistory(stages, columns)

    def drop(self, rows: npt.NDArray[np.bool_]) -> None:
        """Strike rows out."""
        self._columns = {name: [column[~rows]] for name, column in self.columns.items()}
