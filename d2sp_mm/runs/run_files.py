"""What a run leaves behind in its work dir."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from d2sp_mm.io.csv_rows import write_csv_rows
from d2sp_mm.io.whole_files import atomic_write
from d2sp_mm.ledger import Ledger
from d2sp_mm.ledger.history import OVERRIDE
from d2sp_mm.runs.annotation_part import AnnotationPart, purified_bytes, purified_paths
from d2sp_mm.runs.ledger_table import LedgerTable, write_ledger_table

FOLDER = "purification"
DECISIONS_HEADER = ("epoch", "stage", "reason", "action", "key", "old_label", "new_label", "score")
HISTOGRAM_HEADER = ("class", "given", "pruned", "corrected_from", "corrected_to", "purified")


@dataclass(frozen=True)
class RunFiles:
    """What a run writes into its work dir.

    Args:
        work_dir: The run's work dir; the files go into its folder ``purification``.
        parts: The annotation files of the training set; none where no purified annotation is written.
        settings: What decided, as JSON can hold it: ``max_epochs``, ``failure_tolerance``, and the stages' settings by name
            as ``stages``.
    """

    work_dir: Path
    parts: Sequence[AnnotationPart]
    settings: Mapping[str, Any]

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self.work_dir / FOLDER

    @property
    def purified(self) -> list[Path]:
        """The purified annotation of each part."""
        return purified_paths(self.folder, self.parts)

    def write(self, ledger: Ledger, ended: bool = False) -> list[Path]:
        """Write ledger, decisions, class histogram and purified annotation, each whole or not at all.

        Args:
            ledger: The ledger.
            ended: Whether training has ended.

        Returns:
            The files that people read: ledger, decisions and purified annotation.

        Raises:
            DataError: A purified annotation cannot be written: its file is not what it was.
            WriteError: A file cannot be written.
        """
        folder, purified = self.folder, self.purified
        labels = ledger.labels, ledger.corrected_labels
        for number, path in enumerate(purified):
            if self.is_empty(ledger, number):
                # No dataset of MMAction2 reads an empty list.
                path.unlink(missing_ok=True)
            else:
                atomic_write(path, purified_bytes(self.parts, number, ledger.keys, ledger.keep, *labels))
        write_ledger_table(folder / "ledger.csv", ledger_table(ledger))
        write_csv_rows(folder / "decisions.csv", DECISIONS_HEADER, decision_rows(ledger))
        write_csv_rows(folder / "class_histogram.csv", HISTOGRAM_HEADER, histogram_rows(ledger))
        content = io.BytesIO()
        # What class shares are counted with belongs to the data, not to the state that a resume takes over.
        saved = {**ledger.state(), "draws": ledger.draws, "class_weights": ledger.class_weights}
        np.savez_compressed(content, **{name.replace("/", "."): np.asarray(v) for name, v in saved.items()})
        atomic_write(folder / "ledger.npz", content.getvalue())
        settings = {**self.settings, "ended": ended, "annotations": [part.as_json() for part in self.parts]}
        atomic_write(folder / "settings.json", (json.dumps(settings, indent=2) + "\n").encode())
        return [folder / "ledger.csv", folder / "decisions.csv", *filter(Path.is_file, purified)]

    def is_empty(self, ledger: Ledger, number: int) -> bool:
        """Whether nothing is left of one of several parts; it has no purified annotation then."""
        first = sum(part.samples for part in self.parts[:number])
        return not ledger.keep[first : first + self.parts[number].samples].any()


def ledger_table(ledger: Ledger) -> LedgerTable:
    """The ledger as one row a sample, with the last decision taken on it."""
    history = ledger.decisions.columns
    stages, reasons = [""] * len(ledger), [""] * len(ledger)
    epochs = np.full(len(ledger), -1, dtype=np.int64)
    for sample, stage, reason, epoch in zip(history["sample"], *ledger.decisions.named(), history["epoch"]):
        stages[sample], reasons[sample], epochs[sample] = stage, reason, epoch
    return LedgerTable(
        keys=ledger.keys,
        labels=ledger.labels,
        corrected_labels=ledger.corrected_labels,
        keep=ledger.keep,
        quality_scores=ledger.scores["quality_score"],
        label_scores=ledger.scores["label_score"],
        stages=stages,
        reasons=reasons,
        epochs=epochs,
    )


def decision_rows(ledger: Ledger) -> Iterator[tuple[Any, ...]]:
    """Every prune and every relabel, in the order in which they were decided; epochs from 1."""
    h = ledger.decisions.columns
    for row, (stage, reason) in enumerate(zip(*ledger.decisions.named())):
        pruned, score = h["pruned"][row], h["score"][row]
        yield (
            int(h["epoch"][row]) + 1,
            stage,
            reason,
            action(ledger, h, row),
            ledger.keys[h["sample"][row]],
            int(h["old_label"][row]),
            "" if pruned else int(h["new_label"][row]),
            "" if np.isnan(score) else f"{score:.6g}",
        )


def action(ledger: Ledger, history: Mapping[str, Any], row: int) -> str:
    """What a row of a ledger's history did: ``prune``, ``relabel``, or ``keep`` (as given), which a person alone decides."""
    if history["pruned"][row]:
        return "prune"
    as_given = history["new_label"][row] == ledger.labels[history["sample"][row]]
    return "keep" if as_given and ledger.stages[history["stage"][row]] == OVERRIDE else "relabel"


def histogram_rows(ledger: Ledger) -> Iterator[tuple[int, ...]]:
    """Samples of each class as given and as purified, and what moved between."""
    moved = ledger.keep & (ledger.corrected_labels != ledger.labels)
    columns = [
        ledger.labels,
        ledger.labels[~ledger.keep],
        ledger.labels[moved],
        ledger.corrected_labels[moved],
        ledger.corrected_labels[ledger.keep],
    ]
    counts = [np.bincount(column, minlength=ledger.num_classes).tolist() for column in columns]
    yield from zip(range(ledger.num_classes), *counts)
