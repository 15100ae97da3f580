"""Planting both noises into an existing training set."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from d2sp_mm.annotations import Annotations
from d2sp_mm.annotations.annotations import unique_keys
from d2sp_mm.annotations.pose_pickle import PosePickle
from d2sp_mm.annotations.text_lines import TextLine, TextLines
from d2sp_mm.annotations.truth import write_truth
from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.noise.clip_tree import check_clips, link_clip, new_paths
from d2sp_mm.experiments.noise.corrupt import KINDS as FRAME_KINDS
from d2sp_mm.experiments.noise.corrupt_files import KINDS as VIDEO_KINDS
from d2sp_mm.experiments.noise.corrupt_files import corrupt_frame_folder, corrupt_video_file
from d2sp_mm.experiments.noise.corrupt_keypoints import KINDS as KEYPOINT_KINDS
from d2sp_mm.experiments.noise.corrupt_keypoints import corrupt_keypoints
from d2sp_mm.experiments.noise.noise_plan import NoisePlan, plan_noise
from d2sp_mm.io.whole_files import atomic_write

#: The ways to corrupt a clip, by the kind of its annotation.
CORRUPTION_KINDS: dict[str, tuple[str, ...]] = {
    "video": VIDEO_KINDS,
    "rawframe": tuple(FRAME_KINDS),
    "pose": tuple(KEYPOINT_KINDS),
    "audio": (),
}

Progress = Callable[[Iterable[int], int], Iterable[int]]


@dataclass(frozen=True)
class FrameNames:
    """How the frames of a ``rawframe`` clip are called.

    Args:
        filename_tmpl: As in ``RawframeDataset``.
        start_index: The number of a clip's first frame, as in ``RawframeDataset``.
    """

    filename_tmpl: str = "img_{:05}.jpg"
    start_index: int = 1


@dataclass(frozen=True, eq=False)
class InjectedNoise:
    """What was planted and where it was written.

    Args:
        annotation: The noisy annotation file.
        truth: The truth file.
        data_prefix: The ``data_prefix`` to train with; ``None``: the one that the annotation had.
        keys: The keys of the noisy annotation.
        plan: What happened to each sample.
    """

    annotation: Path
    truth: Path
    data_prefix: Path | None
    keys: list[str]
    plan: NoisePlan


def inject_noise(
    annotations: Annotations,
    out: str | os.PathLike[str],
    file_name: str,
    matrix: np.ndarray,
    mislabel_rate: float,
    low_quality_rate: float,
    seed: int,
    data_root: str | os.PathLike[str] | None = None,
    kinds: Sequence[str] | None = None,
    frame_names: FrameNames | None = None,
    progress: Progress | None = None,
    chances: np.ndarray | None = None,
) -> InjectedNoise:
    """Write a noisy copy of a training set, and its truth, into a new folder.

    ``out`` then holds the noisy annotation under ``file_name``, ``truth.csv`` keyed by it, and, where clips of a
    ``video`` or ``rawframe`` list were corrupted, ``data/``: the folder to train with as ``data_prefix``, with the
    corrupted copies as files and every other clip as a symbolic link. Corrupted poses stand in the annotation itself; of a
    pose file only the split that was read changes. The data that was read is never touched.

    Args:
        annotations: The training set; its labels are taken as true.
        out: A folder that is new or empty.
        file_name: Name of the noisy annotation.
        matrix: Confusion, shape ``(c, c)``, row = true class.
        mislabel_rate: Share of all samples to mislabel, in [0, 1].
        low_quality_rate: Share of all samples to corrupt, in [0, 1]; no sample gets both.
        seed: 0 or more; the same seed plants the same noise.
        data_root: The folder of the clips; needed to corrupt a ``video`` or ``rawframe`` list.
        kinds: Ways to corrupt, out of ``CORRUPTION_KINDS``; ``None`` takes all.
        frame_names: For ``rawframe``.
        chances: How likely each sample is taken for each class, shape ``(n, c)``, in place of ``matrix``; see
            :func:`d2sp_mm.experiments.noise.instance_dependent.instance_dependent_chances`.
        progress: Called with the samples to corrupt and their number; yields them again, for a progress bar.

    Returns:
        What was planted.

    Raises:
        ConfigError: A setting is unknown or out of range, or ``out`` is not empty.
        DataError: The labels do not fit the matrix, or a clip cannot be read.

    Source:
        Our own.
    """
    folder = Path(out)
    kinds = _check_kinds(annotations.kind, kinds, low_quality_rate)
    if seed < 0:
        raise ConfigError(f"seed={seed} must be 0 or more.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"out={str(folder)!r} is not an empty folder; name a new one, or remove it first.")
    rng = np.random.default_rng(seed)
    plan = plan_noise(annotations.labels, matrix, mislabel_rate, low_quality_rate, kinds, rng, chances)
    samples = sorted(plan.kinds)
    steps = progress(samples, len(samples)) if progress else samples
    keep = np.ones(len(annotations), dtype=bool)
    data_prefix = None
    paths = annotations.paths
    if isinstance(annotations.content, PosePickle):
        pose = annotations.content
        changes = {i: _corrupted_pose(pose.entries[pose.rows[i]], plan.kinds[i], _clip_rng(seed, i)) for i in steps}
        content = pose.render(keep, plan.labels, record_given_label=False, changes=changes)
    else:
        if samples:
            data_prefix = folder / "data"
            corrupter = _corrupter(annotations.kind, annotations.content, frame_names or FrameNames())
            paths = _corrupt_clips(annotations, _check_root(data_root), data_prefix, plan, steps, corrupter, seed)
        content = annotations.content.render(keep, plan.labels, paths)
    keys = unique_keys(paths)
    atomic_write(folder / file_name, content)
    write_truth(folder / "truth.csv", keys, annotations.labels, list(plan.noise))
    return InjectedNoise(folder / file_name, folder / "truth.csv", data_prefix, keys, plan)


def _check_kinds(kind: str, kinds: Sequence[str] | None, low_quality_rate: float) -> Sequence[str]:
    known = CORRUPTION_KINDS[kind]
    if low_quality_rate and not known:
        raise ConfigError(f"low_quality_rate={low_quality_rate}: {kind} clips cannot be corrupted; set it to 0.")
    unknown = [name for name in kinds or () if name not in known]
    if unknown:
        raise ConfigError(f"kinds holds {unknown[0]!r}; the ways to corrupt a {kind} clip are {', '.join(known)}.")
    return known if kinds is None else kinds


def _check_root(data_root: str | os.PathLike[str] | None) -> Path:
    if data_root is None:
        raise ConfigError("data_root is not set, but clips shall be corrupted; name the folder of the clips.")
    return Path(data_root)


def _clip_rng(seed: int, sample: int) -> np.random.Generator:
    """Return the clip's own source of randomness, so that it is corrupted alike whatever happens to the others."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(sample,)))


def _corrupted_pose(entry: Mapping[str, Any], kind: str, rng: np.random.Generator) -> dict[str, Any]:
    if "keypoint" not in entry:
        raise DataError(f"the entry with the fields {sorted(entry)} has no 'keypoint'; set low_quality_rate=0.")
    keypoint = np.asarray(entry["keypoint"])
    score = entry.get("keypoint_score")
    corrupted, corrupted_score = corrupt_keypoints(
        keypoint, np.ones(keypoint.shape[:3], keypoint.dtype) if score is None else np.asarray(score), kind, rng
    )
    return {"keypoint": corrupted} if score is None else {"keypoint": corrupted, "keypoint_score": corrupted_score}


Corrupter = Callable[[int, Path, Path, str, np.random.Generator], None]


def _corrupter(kind: str, content: TextLines, frame_names: FrameNames) -> Corrupter:
    def corrupt_video(sample: int, source: Path, target: Path, way: str, rng: np.random.Generator) -> None:
        corrupt_video_file(source, target, way, rng)

    def corrupt_frames(sample: int, source: Path, target: Path, way: str, rng: np.random.Generator) -> None:
        indices = _frame_indices(content.lines[sample], frame_names.start_index)
        corrupt_frame_folder(source, target, indices, frame_names.filename_tmpl, way, rng)

    return corrupt_video if kind == "video" else corrupt_frames


def _frame_indices(line: TextLine, start_index: int) -> range:
    numbers = [int(token) for token in line.text.split()[1:-1]]
    first = start_index + (numbers[0] if len(numbers) == 2 else 0)
    return range(first, first + numbers[-1])


def _corrupt_clips(
    annotations: Annotations, data_root: Path, target_root: Path, plan: NoisePlan, steps: Iterable[int],
    corrupter: Corrupter, seed: int,
) -> list[str]:  # fmt: skip
    check_clips(annotations.paths, data_root)
    as_mp4 = {i for i, kind in plan.kinds.items() if annotations.kind == "video" and kind != "truncated"}
    paths = new_paths(annotations.paths, plan.kinds, as_mp4)
    for i, path in enumerate(paths):
        if i not in plan.kinds:
            link_clip(data_root / path, target_root / path)
    for i in steps:
        source, target = data_root / annotations.paths[i], target_root / paths[i]
        target.parent.mkdir(parents=True, exist_ok=True)
        corrupter(i, source, target, plan.kinds[i], _clip_rng(seed, i))
    return paths
