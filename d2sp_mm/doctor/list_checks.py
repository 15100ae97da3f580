"""What is wrong with annotation lists: missing, empty, out of range, twice, in train and test."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from d2sp_mm.doctor.annotation_lists import AnnotationList, Entry
from d2sp_mm.doctor.finding import Finding

_SHOWN = 3


def check_lists(lists: Mapping[str, AnnotationList], num_classes: int) -> list[Finding]:
    """Check what was read.

    Args:
        lists: From :func:`d2sp_mm.doctor.annotation_lists.read_lists`.
        num_classes: Classes of the head; labels are 0 to ``num_classes - 1``.

    Source:
        Our own.
    """
    findings = []
    for name, read in lists.items():
        findings.append(Finding("ok", f"{name}: {len(read.entries)} samples"))
        for check in (_labels(name, read.entries, num_classes), _twice(name, read.entries), _files(name, read.entries)):
            findings += check
    return findings + _overlap(lists)


def _some(items: Iterable[object]) -> str:
    shown = [str(item) for item in items]
    return ", ".join(map(repr, shown[:_SHOWN])) + (f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else "")


def _labels(name: str, entries: list[Entry], num_classes: int) -> list[Finding]:
    numpy = {type(entry.label).__name__ for entry in entries if isinstance(entry.label, np.integer)}
    if numpy:
        what = f"{name}: labels are of type {', '.join(sorted(numpy))}, which MMAction2's PackActionInputs refuses"
        return [Finding("fail", what, "write the pickle with int(label)")]
    # A label of -1 is told of with its line.
    wrong = [e for e in entries if e.label != -1 and not (isinstance(e.label, int) and 0 <= e.label < num_classes)]
    if not wrong:
        return []
    what = f"{name}: {len(wrong)} labels are not in 0 to {num_classes - 1}: {_some(f'{e.path} {e.label}' for e in wrong)}"
    return [Finding("fail", what, "labels count from 0; or set model.cls_head.num_classes")]


def _twice(name: str, entries: list[Entry]) -> list[Finding]:
    labels: dict[tuple[str, int], list[str]] = {}
    for entry in entries:
        if entry.path is not None:
            labels.setdefault((entry.path, entry.part), []).append(str(entry.label))
    twice = [path for (path, _), found in labels.items() if len(found) > 1]
    contradicting = [path for (path, _), found in labels.items() if len(set(found)) > 1]
    findings = []
    if twice:
        what = f"{name}: {len(twice)} clips stand more than once: {_some(twice)}"
        findings.append(Finding("warn", what, "each line is a sample; leave one"))
    if contradicting:
        what = f"{name}: {len(contradicting)} clips stand with different labels: {_some(contradicting)}"
        findings.append(Finding("warn", what, "at most one of them is right; keep that line"))
    return findings


def _files(name: str, entries: list[Entry]) -> list[Finding]:
    """In training another clip stands in for one that cannot be opened; in testing none does."""
    on_disk = [entry for entry in entries if entry.on_disk and entry.path is not None]
    absent = [entry.path for entry in on_disk if not os.path.exists(str(entry.path))]
    empty = [e.path for e in on_disk if os.path.isfile(str(e.path)) and os.path.getsize(str(e.path)) == 0]
    short = [e.path for e in on_disk if e.last_frame and os.path.isdir(str(e.path)) and not os.path.exists(e.last_frame)]
    pruned = "; in training such clips are pruned with the first decision" if name == "train" else ""
    return [
        Finding("warn" if name == "train" and len(found) < len(on_disk) else "fail", f"{name}: {what}", advice + pruned)
        for found, what, advice in (
            (absent, f"{len(absent)} of {len(on_disk)} clips are not there: {_some(absent)}", "check data_prefix"),
            (empty, f"{len(empty)} clips are empty files: {_some(empty)}", "get them anew"),
            (
                short,
                f"{len(short)} folders lack the last frame that the list promises: {_some(short)}",
                "check filename_tmpl, start_index and the number of frames in the list",
            ),
        )
        if found
    ]


def _overlap(lists: Mapping[str, AnnotationList]) -> list[Finding]:
    if "train" not in lists:
        return []
    train = {_real(entry) for entry in lists["train"].entries if entry.path is not None}
    findings = []
    for name in ("val", "test"):
        tested = lists[name].entries if name in lists else []
        both = sorted(path for path, _ in train & {_real(entry) for entry in tested if entry.path is not None})
        if both:
            what = f"{len(both)} clips stand in both train and {name}: {_some(both)}"
            findings.append(Finding("fail", what, "figures on such a split mean nothing; take them out of one of the lists"))
    return findings


def _real(entry: Entry) -> tuple[str, int]:
    """A clip is the same behind a link or another data prefix."""
    path = str(entry.path)
    return (str(Path(path).resolve()) if entry.on_disk and os.path.exists(path) else path, entry.part)
