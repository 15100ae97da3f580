"""The annotation lists: what cannot be read, is out of range, stands twice, or in train and test."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmaction.registry import DATASETS
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.registry import DefaultScope

from d2sp_mm.datasets.sample_map import SampleMap
from d2sp_mm.doctor.finding import Finding
from d2sp_mm.errors import D2SPError

_SHOWN = 3


@dataclass(frozen=True)
class Entry:
    """A sample of a list: the clip's path as it will be opened, and its label; ``frames`` counts a folder of frames."""

    path: str
    label: Any
    last_frame: str | None = None
    is_file: bool = True


@dataclass(frozen=True)
class Lists:
    """What could be read of a config's lists: entries by the loader's name."""

    entries: dict[str, list[Entry]]
    findings: list[Finding]


def read_lists(config: Config) -> Lists:
    """Read the lists of training, validation and testing with the datasets that will read them.

    Args:
        config: A purified config.

    Source:
        Our own.
    """
    entries: dict[str, list[Entry]] = {}
    findings: list[Finding] = []
    for name in ("train", "val", "test"):
        dataset = (config.get(f"{name}_dataloader") or {}).get("dataset")
        if dataset is None:
            continue
        try:
            with DefaultScope.overwrite_default_scope(config.get("default_scope", "mmaction")):
                entries[name] = _entries(SampleMap(DATASETS.build(_bare(dataset))))
        except (D2SPError, OSError, ValueError, KeyError, IndexError, TypeError, AssertionError, EOFError) as error:
            said = f"{type(error).__name__}: {error}"
            findings.append(
                Finding("fail", f"{name}_dataloader.dataset cannot be read: {said}", "check ann_file and its form")
            )
        except ModuleNotFoundError as error:
            findings.append(
                Finding("fail", f"{name}_dataloader.dataset: {error}", "install it, or add it to custom_imports")
            )
    return Lists(entries, findings)


def check_lists(lists: Lists, num_classes: int) -> list[Finding]:
    """Check what was read.

    Args:
        lists: From :func:`read_lists`.
        num_classes: Classes of the head; labels are 0 to ``num_classes - 1``.

    Source:
        Our own.
    """
    findings = list(lists.findings)
    for name, entries in lists.entries.items():
        findings.append(Finding("ok", f"{name}: {len(entries)} samples"))
        findings += _labels(name, entries, num_classes)
        findings += _twice(name, entries)
        findings += _missing(name, entries)
    findings += _overlap(lists.entries)
    return findings


def _bare(dataset: Any) -> Any:
    return dataset["dataset"] if str(dataset.get("type", "")).endswith("IndexedDataset") else dataset


def _entries(samples: SampleMap) -> list[Entry]:
    return [_entry(part, index) for part in samples.parts for index in range(len(part))]


def _entry(part: BaseDataset, index: int) -> Entry:
    info = BaseDataset.get_data_info(part, index)
    label = info.get("label")
    if "keypoint" in info or type(part).__name__ == "PoseDataset":
        return Entry(str(info.get("frame_dir") or info.get("filename") or index), label, is_file=False)
    if info.get("filename") or info.get("audio_path"):
        return Entry(str(info.get("filename") or info.get("audio_path")), label)
    folder, template = str(info["frame_dir"]), str(getattr(part, "filename_tmpl", "img_{:05}.jpg"))
    last = int(info.get("offset", 0)) + int(info["total_frames"]) - 1 + int(part.start_index)
    modality_template = "{}_" in template  # flow: one file a direction
    return Entry(folder, label, None if modality_template else os.path.join(folder, template.format(last)))


def _some(items: Iterable[str]) -> str:
    shown = list(items)
    return ", ".join(map(repr, shown[:_SHOWN])) + (f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else "")


def _labels(name: str, entries: list[Entry], num_classes: int) -> list[Finding]:
    wrong = [e for e in entries if not isinstance(e.label, int) or not 0 <= e.label < num_classes]
    if not wrong:
        return []
    what = f"{name}: {len(wrong)} labels are not in 0 to {num_classes - 1}: {_some(f'{e.path} {e.label}' for e in wrong)}"
    return [Finding("fail", what, "labels count from 0; or set model.cls_head.num_classes")]


def _twice(name: str, entries: list[Entry]) -> list[Finding]:
    times = Counter(entry.path for entry in entries)
    twice = [path for path, count in times.items() if count > 1]
    if not twice:
        return []
    labels: dict[str, set[Any]] = {}
    for entry in entries:
        labels.setdefault(entry.path, set()).add(str(entry.label))
    contradicting = [path for path in twice if len(labels[path]) > 1]
    findings = [Finding("warn", f"{name}: {len(twice)} clips stand more than once: {_some(twice)}", "each line is a sample")]
    if contradicting:
        what = f"{name}: {len(contradicting)} clips stand with different labels: {_some(contradicting)}"
        findings.append(Finding("warn", what, "one of them is wrong; keep the right line"))
    return findings


def _missing(name: str, entries: list[Entry]) -> list[Finding]:
    findings = []
    files = [entry for entry in entries if entry.is_file]
    absent = [entry.path for entry in files if not os.path.exists(entry.path)]
    if absent:
        level = "fail" if name != "train" or len(absent) == len(files) else "warn"
        what = f"{name}: {len(absent)} of {len(files)} clips are not there: {_some(absent)}"
        findings.append(Finding(level, what, "check data_prefix; missing training clips are pruned with the first decision"))
    empty = [e.path for e in files if os.path.isfile(e.path) and os.path.getsize(e.path) == 0]
    if empty:
        level = "fail" if name != "train" else "warn"
        findings.append(Finding(level, f"{name}: {len(empty)} clips are empty files: {_some(empty)}", "get them anew"))
    short = [e.path for e in files if e.last_frame and os.path.isdir(e.path) and not os.path.exists(e.last_frame)]
    if short:
        level = "fail" if name != "train" or len(short) == len(files) else "warn"
        what = f"{name}: {len(short)} folders lack the last frame that the list promises: {_some(short)}"
        findings.append(Finding(level, what, "check filename_tmpl, start_index and total_frames"))
    return findings


def _overlap(entries: dict[str, list[Entry]]) -> list[Finding]:
    train = {_real(entry) for entry in entries.get("train", [])}
    findings = []
    for name in ("val", "test"):
        both = sorted(train & {_real(entry) for entry in entries.get(name, [])})
        if both:
            what = f"{len(both)} clips stand in both train and {name}: {_some(both)}"
            findings.append(Finding("fail", what, "figures on such a split mean nothing; take them out of one of the lists"))
    return findings


def _real(entry: Entry) -> str:
    """A clip is the same behind a link or another data prefix."""
    return str(Path(entry.path).resolve()) if entry.is_file and os.path.exists(entry.path) else entry.path
