"""What a run decided, in the forms of other tools."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable
from xml.sax.saxutils import quoteattr

import numpy as np

from d2sp_mm.errors import ConfigError
from d2sp_mm.io.csv_rows import write_csv_rows
from d2sp_mm.io.whole_files import atomic_write
from d2sp_mm.ledger import Ledger
from d2sp_mm.review.addresses import file_addresses, web_addresses
from d2sp_mm.review.status import statuses
from d2sp_mm.runs.annotation_part import purified_bytes, purified_paths
from d2sp_mm.runs.recorded_run import RecordedRun


def predicted_labels(ledger: Ledger) -> tuple[list[int], np.ndarray]:
    """The class of the largest mean probability over the epochs that the ledger kept, and the given label's mean.

    Args:
        ledger: The ledger, n samples.

    Returns:
        The classes, n numbers, -1 where the sample was never seen; and the probabilities, shape (n,), NaN there.
    """
    epochs = ledger.observations.epochs
    if not epochs:
        return [-1] * len(ledger), np.full(len(ledger), np.nan)
    means = ledger.observations.mean_probs(max(epochs) - min(epochs) + 1, max(epochs))
    seen = ~np.isnan(means).any(axis=1)
    best = np.where(seen, np.nan_to_num(means, nan=-1.0).argmax(axis=1), -1)
    return best.tolist(), np.where(seen, means[np.arange(len(ledger)), ledger.labels], np.nan)


_DIFF = ("key", "given_label", "label", "status", "stage", "reason", "epoch")
_CLEANLAB = ("is_label_issue", "label_quality", "given_label", "predicted_label", "key")


def export_annotation(run: RecordedRun, out: Path, classes: Sequence[str], roots: Sequence[str]) -> list[Path]:
    """The purified annotation of each part, as MMAction2's datasets load it."""
    if not run.parts:
        raise ConfigError("export annotation: the run wrote its ledger alone (write_annotation=False).")
    paths, ledger = purified_paths(out, run.parts), run.ledger
    labels = ledger.labels, ledger.corrected_labels
    for number, path in enumerate(paths):
        atomic_write(path, purified_bytes(run.parts, number, ledger.keys, ledger.keep, *labels))
    return paths


def export_keep(run: RecordedRun, out: Path, classes: Sequence[str], roots: Sequence[str]) -> list[Path]:
    """The keys of the kept samples, one a line."""
    lines = [key for key, keep in zip(run.table.keys, run.table.keep) if keep]
    atomic_write(out / "keep.txt", "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    return [out / "keep.txt"]


def export_diff(run: RecordedRun, out: Path, classes: Sequence[str], roots: Sequence[str]) -> list[Path]:
    """What changed, one row a sample: ``key,given_label,label,status,stage,reason,epoch``; epochs count from 1."""
    table, what = run.table, statuses(run.table)
    rows = (
        (
            table.keys[i], table.labels[i], table.corrected_labels[i], what[i],
            table.stages[i], table.reasons[i], table.epochs[i] + 1,
        )
        for i in range(len(table))
        if what[i] != "kept"
    )  # fmt: skip
    write_csv_rows(out / "diff.csv", _DIFF, rows)
    return [out / "diff.csv"]


def export_cleanlab(run: RecordedRun, out: Path, classes: Sequence[str], roots: Sequence[str]) -> list[Path]:
    """The columns of cleanlab's ``CleanLearning.get_label_issues``, and the key.

    ``is_label_issue`` is whether the label was corrected, or the clip pruned for its label; ``label_quality`` the label's
    score, or its mean probability where it was never scored; ``predicted_label`` the class of the largest mean probability
    over the epochs that the ledger keeps, -1 where it was not seen in them.

    Source: the docstring of ``cleanlab.classification.CleanLearning.get_label_issues`` (2.7).
    """
    table = run.table
    for_label = np.array([reason == "label" for reason in table.reasons], dtype=bool)
    issue = (table.corrected_labels != table.labels) | (~table.keep & for_label)
    predicted, share = predicted_labels(run.ledger)
    quality = np.where(np.isnan(table.label_scores), share, table.label_scores)
    rows = zip(issue.tolist(), (_number(q) for q in quality), table.labels.tolist(), predicted, table.keys)
    write_csv_rows(out / "cleanlab.csv", _CLEANLAB, rows)
    return [out / "cleanlab.csv"]


def export_label_studio(run: RecordedRun, out: Path, classes: Sequence[str], roots: Sequence[str]) -> list[Path]:
    """Tasks of all samples that were pruned or corrected with what was decided as the prediction, and the labelling config.

    Source: labelstud.io/guide/predictions, *JSON format for pre-annotations*, and its tags ``Video`` and ``Choices``.
    """
    table, tasks, addresses = run.table, [], web_addresses(run, "label-studio", roots)
    for i, status in enumerate(statuses(table)):
        if status == "kept":
            continue
        decided = "prune" if status == "pruned" else classes[table.corrected_labels[i]]
        choice = {"from_name": "label", "to_name": "video", "type": "choices", "value": {"choices": [decided]}}
        score = table.quality_scores[i] if status == "pruned" else table.label_scores[i]
        prediction: dict[str, Any] = {"model_version": "d2sp_mm", "result": [choice]}
        if not np.isnan(score):
            # Low is bad in ours; theirs is how sure the prediction is.
            prediction["score"] = round(1 - float(score), 6)
        data = {"video": addresses[i], "key": table.keys[i], "given_label": classes[table.labels[i]]}
        tasks.append({"data": data, "predictions": [prediction]})
    choices = "".join(f"<Choice value={quoteattr(name)}/>" for name in [*classes, "prune"])
    view = f'<View><Video name="video" value="$video"/><Choices name="label" toName="video">{choices}</Choices></View>\n'
    _write(out / "label_studio_tasks.json", json.dumps(tasks, indent=1) + "\n")
    _write(out / "label_studio_config.xml", view)
    return [out / "label_studio_tasks.json", out / "label_studio_config.xml"]


def export_fiftyone(run: RecordedRun, out: Path, classes: Sequence[str], roots: Sequence[str]) -> list[Path]:
    """Labels of all samples, and a script that loads them as a FiftyOne data set.

    FiftyOne has no file format for the labels of whole videos that carries more than one; its documentation advises a
    loop over samples, which the script is.

    Source: docs.voxel51.com/user_guide/import_datasets.html, *Custom formats*.
    """
    table, addresses = run.table, file_addresses(run, "fiftyone", roots)
    rows = [
        {
            "filepath": addresses[i],
            "key": table.keys[i],
            "given_label": classes[table.labels[i]],
            "label": classes[table.corrected_labels[i]],
            "status": status,
            "stage": table.stages[i],
            "reason": table.reasons[i],
            "quality_score": _number(table.quality_scores[i]),
            "label_score": _number(table.label_scores[i]),
        }
        for i, status in enumerate(statuses(table))
    ]
    _write(out / "fiftyone_labels.json", json.dumps(rows, indent=1) + "\n")
    _write(out / "load_into_fiftyone.py", _LOADER)
    return [out / "fiftyone_labels.json", out / "load_into_fiftyone.py"]


FORMATS: dict[str, Callable[[RecordedRun, Path, Sequence[str], Sequence[str]], list[Path]]] = {
    "annotation": export_annotation,
    "keep": export_keep,
    "diff": export_diff,
    "cleanlab": export_cleanlab,
    "fiftyone": export_fiftyone,
    "label-studio": export_label_studio,
}

_LOADER = '''"""Load what d2sp_mm decided as a FiftyOne data set: python load_into_fiftyone.py [NAME]"""

import json
import sys
from pathlib import Path

import fiftyone as fo

dataset = fo.Dataset(sys.argv[1] if len(sys.argv) > 1 else "d2sp_mm", persistent=True)
samples = []
for row in json.loads((Path(__file__).parent / "fiftyone_labels.json").read_text()):
    sample = fo.Sample(filepath=row["filepath"], tags=[row["status"]])
    sample["given_label"] = fo.Classification(label=row["given_label"])
    sample["label"] = fo.Classification(label=row["label"])
    for name in ("stage", "reason", "quality_score", "label_score"):
        sample[name] = row[name]
    samples.append(sample)
dataset.add_samples(samples)
print(dataset)
'''


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)


def _write(path: Path, text: str) -> None:
    atomic_write(path, text.encode("utf-8", "surrogateescape"))
