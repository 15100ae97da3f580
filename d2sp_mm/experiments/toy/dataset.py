"""Making the toy set: draws it, plants the two noises and writes the lists and the truth."""

from __future__ import annotations

import csv
import multiprocessing
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.noise.confusion import DFEW_CLASSES
from d2sp_mm.experiments.noise.corrupt_files import truncate_file
from d2sp_mm.experiments.toy import manifest
from d2sp_mm.experiments.toy.clip import draw_clip, write_mp4
from d2sp_mm.experiments.toy.identity import draw_identity
from d2sp_mm.experiments.toy.plan import TRUNCATED, ClipPlan, plan_split

_FPS = 12.5
# Measured with decord 0.6.0, widths up to 128: get_batch fails with "The size must exactly match".
_UNREADABLE_SIDES = (48, 72)
_BYTES_A_PIXEL = 0.5  # on the safe side: the default pictures take a third of it
_OWN = ("videos", "train.txt", "train_oracle.txt", "test.txt", "truth.csv", "clips.csv", "classes.txt")


def make_toy_dfer(
    out_dir: str | Path,
    num_train: int = 1500,
    num_test: int = 500,
    low_quality_rate: float = 0.1,
    mislabel_rate: float = 0.2,
    confusion: str = "ferplus",
    seed: int = 0,
    image_size: int = 64,
    num_frames: int = 16,
    workers: int = 2,
) -> Path:
    """Draw a set of short face videos with the seven DFEW expressions and two planted noises.

    Writes below ``out_dir``: the clips ``videos/{train,test}/00001.mp4`` and so on; lists for MMAction2's
    ``VideoDataset``, with paths below ``videos``: ``train.txt`` (given labels, all clips), ``train_oracle.txt`` (true
    labels, no corrupted clips) and ``test.txt`` (clean); ``truth.csv`` (``key,true_label,noise`` of each training clip);
    ``clips.csv`` (what each clip was drawn from); ``classes.txt``; and, last, ``toy.json`` (the settings).

    The same settings give the same bytes, whatever ``workers`` is. A finished set of the same settings is left as it
    is; an unfinished set, or one of other settings, is drawn anew.

    Args:
        out_dir: Folder of the set: new, empty, or a toy set.
        num_train: Training clips, at least 7.
        num_test: Test clips, at least 7; of other persons.
        low_quality_rate: Share of training clips to corrupt, in [0, 1]; they keep their label.
        mislabel_rate: Share of training clips to mislabel, in [0, 1]; never corrupted ones.
        confusion: How labels are confused: a name in :data:`d2sp_mm.experiments.toy.plan.CONFUSIONS`.
        seed: Seed of all randomness, not negative.
        image_size: Side of the pictures in pixels; even, at least 32, and not 48 or 72, which decord cannot read.
        num_frames: Frames a clip, at least 2.
        workers: Processes that draw, at least 1. With more than one, a script must call this below
            ``if __name__ == "__main__":``.

    Returns:
        The folder.

    Raises:
        ConfigError: A setting lies outside its range, or the folder holds something else.
        DataError: The disk is too full, or a video could not be written.

    Source:
        Our own.
    """
    _check_pictures(image_size, num_frames, workers)
    folder = Path(out_dir)
    settings: manifest.Settings = {
        "num_train": num_train,
        "num_test": num_test,
        "low_quality_rate": low_quality_rate,
        "mislabel_rate": mislabel_rate,
        "confusion": confusion,
        "seed": seed,
        "image_size": image_size,
        "num_frames": num_frames,
    }
    train = plan_split("train", num_train, seed, low_quality_rate, mislabel_rate, confusion)
    test = plan_split("test", num_test, seed)
    if manifest.is_finished(folder, settings):
        return folder
    _check_space(folder, (num_train + num_test) * num_frames * image_size**2)
    manifest.begin(folder, settings, _OWN)
    for split in ("train", "test"):
        (folder / "videos" / split).mkdir(parents=True)
    draw = partial(_draw_to_file, folder / "videos", image_size, num_frames)
    plans = [*train, *test]
    intensities = list(track(_run(draw, plans, workers), description="Drawing faces", total=len(plans)))
    _write_lists(folder, train, test, intensities)
    manifest.finish(folder)
    return folder


def _check_pictures(image_size: int, num_frames: int, workers: int) -> None:
    if image_size < 32 or image_size % 2 or image_size in _UNREADABLE_SIDES:
        raise ConfigError(
            f"image_size {image_size} must be even, at least 32, and none of {_UNREADABLE_SIDES}, which decord cannot "
            "read; draw 64 and resize in the pipeline"
        )
    if num_frames < 2:
        raise ConfigError(f"num_frames {num_frames} must be at least 2")
    if workers < 1:
        raise ConfigError(f"workers {workers} must be at least 1")


def _check_space(folder: Path, num_pixels: int) -> None:
    """Refuse before drawing: OpenCV's writer does not tell when the disk is full."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    needed = num_pixels * _BYTES_A_PIXEL
    free = shutil.disk_usage(there).free
    if free < needed:
        raise DataError(
            f"the set needs about {needed / 1e6:.0f} MB, but out_dir {folder} has {free / 1e6:.0f} MB free; "
            "delete something, name another folder, or draw fewer clips"
        )


def _run(draw: partial[float], plans: list[ClipPlan], workers: int) -> Iterator[float]:
    if workers == 1:
        yield from map(draw, plans)
        return
    # A forked process would inherit the locks of the parent's threads (OpenCV, torch, decord) and may hang for ever.
    fresh = multiprocessing.get_context("spawn")
    # OpenCV's own threads would fight with the other processes for the cores.
    with ProcessPoolExecutor(workers, mp_context=fresh, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        yield from pool.map(draw, plans, chunksize=8)


def _draw_to_file(videos: Path, image_size: int, num_frames: int, plan: ClipPlan) -> float:
    rng = np.random.default_rng(plan.clip_seed)
    who = draw_identity(np.random.default_rng(plan.person_seed))
    in_picture = "" if plan.kind == TRUNCATED else plan.kind
    clip = draw_clip(plan.true_label, who, rng, image_size, num_frames, in_picture)
    path = videos / plan.key
    write_mp4(path, clip.frames, _FPS)
    if plan.kind == TRUNCATED:
        truncate_file(path, rng)
    return clip.intensity


def _write_lists(folder: Path, train: list[ClipPlan], test: list[ClipPlan], intensities: list[float]) -> None:
    _write_text(folder / "train.txt", (f"{plan.key} {plan.given_label}" for plan in train))
    _write_text(folder / "train_oracle.txt", (f"{plan.key} {plan.true_label}" for plan in train if not plan.kind))
    _write_text(folder / "test.txt", (f"{plan.key} {plan.true_label}" for plan in test))
    _write_text(folder / "classes.txt", DFEW_CLASSES)
    _write_csv(
        folder / "truth.csv",
        ("key", "true_label", "noise"),
        ((plan.key, plan.true_label, plan.noise) for plan in train),
    )
    _write_csv(
        folder / "clips.csv",
        ("key", "true_label", "given_label", "noise", "kind", "person", "intensity"),
        (
            (plan.key, plan.true_label, plan.given_label, plan.noise, plan.kind, plan.person, f"{intensity:.3f}")
            for plan, intensity in zip([*train, *test], intensities)
        ),
    )


def _write_text(path: Path, lines: Iterable[str]) -> None:
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())


def _write_csv(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
