"""The toy set's training clips with what a run or its passes decided and what is true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from d2sp_mm.annotations.truth import Truth, read_truth
from d2sp_mm.io.csv_rows import read_csv_rows
from d2sp_mm.runs.ledger_table import LedgerTable, read_ledger_table

_CLIPS_HEADER = ("key", "true_label", "given_label", "noise", "kind", "person", "intensity")


@dataclass(frozen=True, eq=False)
class Clips:
    """``n`` training clips.

    Args:
        table: The run's ledger.
        true_labels: The right classes, shape ``(n,)``, in the ledger's order.
        noise: ``clean``, ``low_quality`` or ``mislabel``, shape ``(n,)``.
        kinds: How a clip was corrupted, by its key; empty where it was not.
        classes: Names of the classes.
        videos: Folder that the keys are relative to.
    """

    table: LedgerTable
    true_labels: np.ndarray
    noise: np.ndarray
    kinds: dict[str, str]
    classes: Sequence[str]
    videos: Path

    def describe(self, sample: int) -> str:
        """What the truth says of a clip, in words."""
        if self.noise[sample] == "low_quality":
            kind = self.kinds.get(self.table.keys[sample], "").replace("_", " ")
            return f"corrupted: {kind}" if kind else "corrupted"
        if self.noise[sample] == "mislabel":
            return f"good clip, wrong label: is {self.classes[self.true_labels[sample]]}"
        return "good clip, right label"


def read_clips(data: Path, ledger: Path) -> Clips:
    """Read what is known of the training clips.

    Args:
        data: Folder of the toy set.
        ledger: The run's ``ledger.csv``.

    Returns:
        The clips, in the ledger's order.

    Raises:
        DataError: A file cannot be read.
    """
    table, truth = read_ledger_table(ledger), read_truth(data / "truth.csv")
    rows = _rows(table, truth)
    clips = (row for _, row in read_csv_rows(data / "clips.csv", _CLIPS_HEADER))
    return Clips(
        table=table,
        true_labels=truth.true_labels[rows],
        noise=truth.noise[rows],
        kinds={row[0]: row[4] for row in clips},
        classes=(data / "classes.txt").read_text(encoding="utf-8").split("\n")[:-1],
        videos=data / "videos",
    )


def _rows(table: LedgerTable, truth: Truth) -> np.ndarray:
    row_of = {key: row for row, key in enumerate(truth.keys)}
    return np.array([row_of[key] for key in table.keys], dtype=np.int64)
