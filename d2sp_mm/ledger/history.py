"""Every change of one sample, in order."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

#: The rule of what a person decided.
OVERRIDE = "override"


class DecisionHistory:
    """What was decided of which sample, one row a change; read from the first to the last it tells what holds now.

    A row says that from then on its sample has ``new_label``, and is left out (``pruned``) or kept. Rows of the rule
    :data:`OVERRIDE` are a person's: no stage changes such a sample again.
    """

    COLUMNS: ClassVar[dict[str, type]] = {
        "epoch": np.int64,
        "rule": np.int64,
        "sample": np.int64,
        "old_label": np.int64,
        "new_label": np.int64,
        "pruned": np.bool_,
        "score": np.float64,
    }
    BYTES_PER_ROW = sum(np.dtype(kind).itemsize for kind in COLUMNS.values())

    def __init__(self, rules: list[str] | None = None, columns: dict[str, npt.NDArray[Any]] | None = None) -> None:
        self.rules: list[str] = rules or []
        self._columns: dict[str, list[npt.NDArray[Any]]] = {
            name: [] if columns is None else [columns[name]] for name in self.COLUMNS
        }

    @property
    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """The rows by column: epoch (from 0), rule (index into ``rules``), sample, old and new label, pruned, score."""
        return {
            name: np.concatenate([np.empty(0, dtype=dtype), *self._columns[name]]) for name, dtype in self.COLUMNS.items()
        }

    def write(self, rule: str, samples: npt.NDArray[np.int64], **values: Any) -> None:
        """Add a row for each sample.

        Args:
            rule: What decided.
            samples: The samples, shape (k,).
            values: The other columns, each of shape (k,) or one value for all.
        """
        if not len(samples):
            return
        if rule not in self.rules:
            self.rules.append(rule)
        values = {**values, "rule": self.rules.index(rule), "sample": samples}
        for name, dtype in self.COLUMNS.items():
            self._columns[name].append(np.broadcast_to(np.asarray(values[name], dtype=dtype), samples.shape).copy())

    def by_a_person(self) -> npt.NDArray[np.bool_]:
        """Which rows are a person's."""
        rule = self.columns["rule"]
        return rule == self.rules.index(OVERRIDE) if OVERRIDE in self.rules else np.zeros(len(rule), dtype=bool)

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

    def drop(self, rows: npt.NDArray[np.bool_]) -> None:
        """Strike rows out."""
        self._columns = {name: [column[~rows]] for name, column in self.columns.items()}
