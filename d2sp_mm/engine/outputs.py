"""What a run leaves behind in its work dir."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

from d2sp_mm.annotations import read_annotations, write_annotations
from d2sp_mm.annotations.atomic_write import atomic_write, remove_leftovers
from d2sp_mm.annotations.csv_rows import write_csv_rows
from d2sp_mm.datasets.build_dataset import annotation_kind
from d2sp_mm.datasets.indexed_dataset import IndexedDataset
from d2sp_mm.errors import D2SPError, DataError, WriteError
from d2sp_mm.ledger import Ledger
from d2sp_mm.ledger.table import LedgerTable, write_ledger_table

FOLDER = "purification"
DECISIONS_HEADER = ("epoch", "rule", "action", "key", "old_label", "new_label", "score")
HISTOGRAM_HEADER = ("class", "given", "pruned", "corrected_from", "corrected_to", "purified")


def write_outputs(work_dir: str, ledger: Ledger, dataset: IndexedDataset, settings: Mapping[str, Any]) -> Path:
    """Write ledger, decisions, class histogram and purified annotation, each whole or not at all.

    Args:
        work_dir: The run's work dir; the files go into its folder ``purification``.
        ledger: The ledger.
        dataset: The training set, for its annotation files.
        settings: What decided, as JSON can hold it: ``max_epochs``, and the stages' settings by name as ``stages``.

    Returns:
        The folder.
    """
    folder = Path(work_dir) / FOLDER
    remove_leftovers(folder)
    write_ledger_table(folder / "ledger.csv", ledger_table(ledger))
    write_csv_rows(folder / "decisions.csv", DECISIONS_HEADER, decision_rows(ledger))
    write_csv_rows(folder / "class_histogram.csv", HISTOGRAM_HEADER, histogram_rows(ledger))
    content = io.BytesIO()
    # What class shares are counted with belongs to the data, not to the state that a resume takes over.
    saved = {**ledger.state(), "draws": ledger.draws, "class_weights": ledger.class_weights}
    np.savez_compressed(content, **{name.replace("/", "."): np.asarray(v) for name, v in saved.items()})
    atomic_write(folder / "ledger.npz", content.getvalue())
    atomic_write(folder / "settings.json", (json.dumps(settings, indent=2) + "\n").encode())
    several = len(dataset.map.parts) > 1
    for number, (part, first) in enumerate(zip(dataset.map.parts, dataset.map.offsets)):
        prefix = f"{number}_" if several else ""
        try:
            _write_purified(folder, prefix, part, dataset.map.keys_of_part(number), ledger, first)
        except WriteError:
            # A full disk is not what is said below: an annotation that cannot be written in its format.
            raise
        except D2SPError as error:
            print_log(f"purification: no purified annotation written: {error}", "current", logging.WARNING)
    return folder


def ledger_table(ledger: Ledger) -> LedgerTable:
    """The ledger as one row a sample, with the last decision taken on it."""
    history = ledger.history
    rules, epochs = [""] * len(ledger), np.full(len(ledger), -1, dtype=np.int64)
    for sample, rule, epoch in zip(history["sample"], history["rule"], history["epoch"]):
        rules[sample], epochs[sample] = ledger.rules[rule], epoch
    return LedgerTable(
        keys=ledger.keys,
        labels=ledger.labels,
        corrected_labels=ledger.corrected_labels,
        keep=ledger.keep,
        quality_scores=ledger.scores["quality_score"],
        label_scores=ledger.scores["label_score"],
        rules=rules,
        epochs=epochs,
    )


def decision_rows(ledger: Ledger) -> Iterator[tuple[Any, ...]]:
    """Every prune and every relabel, in the order in which they were decided."""
    h = ledger.history
    for row in range(len(h["sample"])):
        pruned, score = h["pruned"][row], h["score"][row]
        yield (
            int(h["epoch"][row]),
            ledger.rules[h["rule"][row]],
            "prune" if pruned else "relabel",
            ledger.keys[h["sample"][row]],
            int(h["old_label"][row]),
            "" if pruned else int(h["new_label"][row]),
            "" if np.isnan(score) else f"{score:.6g}",
        )


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


def _write_purified(folder: Path, prefix: str, part: BaseDataset, keys: list[str], ledger: Ledger, first: int) -> None:
    """The annotation of one part of the training set, without what was pruned and with corrected labels."""
    annotations = read_annotations(
        part.ann_file,
        kind=annotation_kind(type(part)),
        delimiter=getattr(part, "delimiter", " "),
        with_offset=getattr(part, "with_offset", False),
        split=getattr(part, "split", None),
    )
    keep, labels = np.zeros(len(annotations), dtype=bool), annotations.labels.copy()
    # The dataset may have left entries out (filters, indices), so rows are found by key, never by number.
    row_of = {key: row for row, key in enumerate(annotations.keys)}
    for sample, key in enumerate(keys, start=first):
        if key not in row_of:
            raise DataError(
                f"sample {key!r} of the dataset does not stand in {part.ann_file} under that path; write paths there "
                "that are relative to data_prefix."
            )
        row = row_of[key]
        keep[row], labels[row] = ledger.keep[sample], ledger.corrected_labels[sample]
    source = Path(part.ann_file)
    write_annotations(annotations, folder / f"{prefix}{source.stem}_purified{source.suffix}", keep, labels)
