"""What a run leaves behind in its work dir."""

from __future__ import annotations

import io
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine import dist
from mmengine.logging import print_log
from mmengine.runner import Runner

from d2sp_mm.annotations.atomic_write import atomic_write
from d2sp_mm.annotations.csv_rows import write_csv_rows
from d2sp_mm.engine.annotation_part import AnnotationPart, purified_paths, write_purified
from d2sp_mm.engine.epoch_buffer import EpochObservation
from d2sp_mm.errors import D2SPError, WriteError
from d2sp_mm.ledger import Ledger
from d2sp_mm.ledger.history import VERDICT
from d2sp_mm.ledger.table import LedgerTable, write_ledger_table
from d2sp_mm.ledger.trace import FILE as TRACE_FILE
from d2sp_mm.ledger.trace import write_trace

FOLDER = "purification"
DECISIONS_HEADER = ("epoch", "rule", "action", "key", "old_label", "new_label", "score")
HISTOGRAM_HEADER = ("class", "given", "pruned", "corrected_from", "corrected_to", "purified")


def write_outputs(
    work_dir: str | os.PathLike[str], ledger: Ledger, parts: Sequence[AnnotationPart], settings: Mapping[str, Any]
) -> Path:
    """Write ledger, decisions, class histogram and purified annotation, each whole or not at all.

    A purified annotation that cannot be written in its format is told of and left out.

    Args:
        work_dir: The run's work dir; the files go into its folder ``purification``.
        ledger: The ledger.
        parts: The annotation files of the training set.
        settings: What decided, as JSON can hold it: ``max_epochs``, and the stages' settings by name as ``stages``.

    Returns:
        The folder.
    """
    folder = Path(work_dir) / FOLDER
    write_ledger_table(folder / "ledger.csv", ledger_table(ledger))
    write_csv_rows(folder / "decisions.csv", DECISIONS_HEADER, decision_rows(ledger))
    write_csv_rows(folder / "class_histogram.csv", HISTOGRAM_HEADER, histogram_rows(ledger))
    content = io.BytesIO()
    # What class shares are counted with belongs to the data, not to the state that a resume takes over.
    saved = {**ledger.state(), "draws": ledger.draws, "class_weights": ledger.class_weights}
    np.savez_compressed(content, **{name.replace("/", "."): np.asarray(v) for name, v in saved.items()})
    atomic_write(folder / "ledger.npz", content.getvalue())
    settings = {**settings, "annotations": [part.as_json() for part in parts]}
    atomic_write(folder / "settings.json", (json.dumps(settings, indent=2) + "\n").encode())
    for number, path in enumerate(purified_paths(folder, parts)):
        try:
            write_purified(path, ledger, parts, number)
        except WriteError:
            # A full disk is not what is said below: an annotation that cannot be written in its format.
            raise
        except D2SPError as error:
            print_log(f"purification: no purified annotation written: {error}", "current", logging.WARNING)
    return folder


def write_epoch(runner: Runner, ledger: Ledger, seen: EpochObservation) -> None:
    """Add what an epoch predicted to the trace in the work dir; the main process does.

    Raises:
        WriteError: It cannot be written.
    """
    if not dist.is_main_process():
        return
    predictions, given_probs = np.full(len(ledger), -1), np.full(len(ledger), np.nan)
    predictions[seen.indices] = seen.probs.argmax(axis=1)
    given_probs[seen.indices] = seen.probs[np.arange(len(seen.indices)), ledger.labels[seen.indices]]
    write_trace(Path(runner.work_dir) / FOLDER / TRACE_FILE, runner.epoch, predictions, given_probs)


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
    return "keep" if as_given and ledger.rules[history["rule"][row]] == VERDICT else "relabel"


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
