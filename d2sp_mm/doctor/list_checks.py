"""What is wrong with annotation lists: missing, empty, out of range, twice, in train and test, impossible to purify."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config

from d2sp_mm.datasets.sample_map import SampleMap
from d2sp_mm.datasets.training_list import read_training_list
from d2sp_mm.doctor.annotation_lists import AnnotationList, Entry
from d2sp_mm.doctor.finding import Finding
from d2sp_mm.visualization.clip_files import frame_files, frame_numbers

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
    pruned = "; training prunes them once they have failed" if name == "train" else ""
    short = [f"{e.path} ({frame})" for e in on_disk if e.frames is not None and (frame := _first_missing(e.frames))]
    return [
        Finding("warn" if name == "train" and len(found) < len(on_disk) else "fail", f"{name}: {what}", advice + pruned)
        for found, what, advice in (
            (absent, f"{len(absent)} of {len(on_disk)} clips are not there: {_some(absent)}", "check data_prefix"),
            (empty, f"{len(empty)} clips are empty files: {_some(empty)}", "get them anew"),
            (
                short,
                f"{len(short)} folders lack frames that the list promises: {_some(short)}",
                "check filename_tmpl, start_index and the number of frames in the list; such a clip fails in the "
                "epochs that ask for a missing frame",
            ),
        )
        if found
    ]


def _first_missing(info: Mapping[str, Any]) -> str:
    """Name of the first frame that a folder lacks; empty if it has all, or is not there."""
    if not os.path.isdir(str(info["frame_dir"])):
        return ""
    listed: dict[str, set[str]] = {}
    for files in frame_files(info, frame_numbers(info)):
        for file in files:
            folder, name = os.path.split(file)
            if folder not in listed:
                listed[folder] = set(os.listdir(folder)) if os.path.isdir(folder) else set()
            if name not in listed[folder]:
                return name
    return ""


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


def check_given_list(config: Config, samples: SampleMap) -> list[Finding]:
    """Write a purified list as a trial, and read it with the training set's own datasets.

    Args:
        config: A purified config.
        samples: Its training set.
    """
    if not config.default_hooks.purification.get("write_annotation", True):
        return [Finding("ok", "write_annotation=False: no purified annotation will be written, the ledger alone")]
    found = read_training_list(samples, int(config.model.cls_head.num_classes), trial="")
    if found.problem:
        return [Finding("fail", found.problem)]
    notes = [Finding("warn", f"train: {note}") for note in found.notes if "BOM" not in note]
    return [*notes, Finding("ok", "train: a purified annotation was written as a trial, and read as it should be")]
