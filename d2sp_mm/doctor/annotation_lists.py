"""Reading the annotation lists with the datasets that training will read them with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from mmaction.registry import DATASETS
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.registry import DefaultScope

from d2sp_mm.annotations import read_annotations
from d2sp_mm.annotations.encoding import MARK_NOTE, begins_with_mark, refuse_other_encodings
from d2sp_mm.datasets.sample_map import SampleMap
from d2sp_mm.doctor.finding import Finding
from d2sp_mm.errors import D2SPError, words_of
from d2sp_mm.recipes.read_config import scope_of
from d2sp_mm.recipes.unsupported import base_datasets, type_name
from d2sp_mm.visualization.clip_files import video_file

#: Text lists by the dataset that reads them.
_KINDS = {"VideoDataset": "video", "RawframeDataset": "rawframe", "AudioDataset": "audio"}
_FORMS = "`path label` for VideoDataset, `path frames label` for RawframeDataset, a pickle for PoseDataset"


@dataclass(frozen=True)
class Entry:
    """A sample of a list.

    Args:
        path: The clip as it will be opened; None where the list does not say.
        part: Which part of it is meant, where a list cuts one clip into several samples.
        label: As it was read.
        on_disk: Whether the path is that of a file or folder.
        frames: What the list says of a folder of frames, as :func:`d2sp_mm.visualization.clip_files.frame_files` takes it.
    """

    path: str | None
    part: int
    label: Any
    on_disk: bool = True
    frames: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class AnnotationList:
    """What was read for a loader.

    Args:
        entries: One a sample.
        draws: Samples that an epoch draws: wrappers may repeat some.
        samples: The dataset's samples.
    """

    entries: list[Entry]
    draws: int
    samples: SampleMap

    def class_labels(self, num_classes: int) -> list[int]:
        """The labels that are in range."""
        found = (int(e.label) for e in self.entries if isinstance(e.label, (int, np.integer)))
        return [label for label in found if 0 <= label < num_classes]


def inner_dataset(dataset: Mapping[str, Any]) -> Mapping[str, Any]:
    """The config of a dataset without our wrapper."""
    return dataset["dataset"] if str(dataset.get("type", "")).endswith("IndexedDataset") else dataset


def read_lists(config: Config) -> tuple[dict[str, AnnotationList], list[Finding]]:
    """Read the lists of training, validation and testing.

    Args:
        config: A purified config.

    Returns:
        What could be read, by ``train``, ``val`` and ``test``, and a finding for each that could not.

    Source:
        Our own.
    """
    lists: dict[str, AnnotationList] = {}
    findings: list[Finding] = []
    for name in ("train", "val", "test"):
        dataset = (config.get(f"{name}_dataloader") or {}).get("dataset")
        if dataset is None:
            continue
        try:
            with DefaultScope.overwrite_default_scope(scope_of(config)):
                samples = SampleMap(DATASETS.build(inner_dataset(dataset)))
            entries = [_entry(part, index) for part in samples.parts for index in range(len(part))]
            lists[name] = AnnotationList(entries, len(samples.samples), samples)
            # MMAction2 takes a line without a label for one of a list to predict.
            unlabelled = any(entry.label == -1 for entry in entries)
            findings += _broken_lines(name, inner_dataset(dataset)) if unlabelled else []
            findings += _marks(name, samples)
        # Datasets and their pipelines raise what they like while they are built.
        except Exception as error:
            what = f"{name}_dataloader.dataset cannot be built: {words_of(error)}"
            told = _broken_lines(name, inner_dataset(dataset)) if isinstance(error, (ValueError, AssertionError)) else []
            findings += told or [Finding("fail", what, _advice(error))]
    return lists, findings


def _advice(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "check ann_file; the lists of facial expressions are written by tools/dataset_converters/convert_dataset.py"
    if isinstance(error, (KeyError, TypeError)):
        return "mend the settings of the dataset and its pipeline, or name the module that registers them in custom_imports"
    return f"check ann_file and its form: {_FORMS}"


def _broken_lines(name: str, dataset: Mapping[str, Any]) -> list[Finding]:
    """The first line of each text list that is not of its form."""
    findings = []
    for part in base_datasets(dataset):
        kind = _KINDS.get(type_name(part))
        if kind is None:
            continue
        path = os.path.join(part.get("data_root") or "", part["ann_file"])
        try:
            refuse_other_encodings(path)
            read_annotations(path, kind, part.get("delimiter", " "), bool(part.get("with_offset")))
        except D2SPError as error:
            advice = f"mend the line; the form is {_FORMS}"
            if kind == "video" and any(mark in str(error) for mark in (",", "\\t")):
                advice += "; where a comma or tab parts the columns, set delimiter=',' or delimiter='\\t' in the dataset"
            findings.append(Finding("fail", f"{name}: {error}", advice))
    return findings


def _marks(name: str, samples: SampleMap) -> list[Finding]:
    """Lists that begin with a byte order mark."""
    files = {str(part.ann_file) for part in samples.parts}
    return [Finding("warn", f"{name}: {file}: {MARK_NOTE}") for file in sorted(files) if begins_with_mark(file)]


def _entry(part: BaseDataset, index: int) -> Entry:
    # The base class' method leaves out what the subclass loads from other files.
    info = BaseDataset.get_data_info(part, index)
    label, offset = info.get("label"), int(info.get("offset") or 0)
    if "keypoint" in info or type(part).__name__ == "PoseDataset":
        path = info.get("frame_dir") or info.get("filename")
        return Entry(None if path is None else str(path), offset, label, on_disk=False)
    path = info.get("filename") or info.get("audio_path")
    if path or "frame_dir" not in info:
        return Entry(None if path is None else video_file(str(path)), offset, label, on_disk=path is not None)
    settings = {name: getattr(part, name) for name in ("filename_tmpl", "start_index", "modality") if hasattr(part, name)}
    return Entry(str(info["frame_dir"]), offset, label, True, {**settings, **info})
