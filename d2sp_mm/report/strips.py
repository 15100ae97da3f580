"""Strips of frames, a picture file a clip, made by all cores."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from d2sp_mm.pictures.frames import strip_of
from d2sp_mm.report.clip_source import ClipSource

FOLDER = "strips"
_QUALITY = 80

# What a worker inherits when it is forked: a data set is neither copied nor sent.
_source: ClipSource
_frames: int
_height: int
_out: Path


def strip_name(sample: int) -> str:
    """Where a clip's strip lies, below the page's folder: a thousand a folder."""
    return f"{FOLDER}/{sample // 1000:04d}/{sample:07d}.jpg"


def write_strips(
    source: ClipSource,
    samples: Sequence[int],
    out: Path,
    frames: int,
    height: int,
    jobs: int,
    done: Callable[[], None],
) -> set[int]:
    """Write a strip of each clip; a strip that is there already is kept, so that a call that was broken off goes on.

    Args:
        source: The clips.
        samples: Which of them.
        out: The page's folder.
        frames: Frames of a strip.
        height: Height of a frame in pixels.
        jobs: Processes.
        done: Called after each clip.

    Returns:
        The samples that have a strip.
    """
    global _source, _frames, _height, _out
    _source, _frames, _height, _out = source, frames, height, out
    for folder in {(out / strip_name(sample)).parent for sample in samples}:
        folder.mkdir(parents=True, exist_ok=True)
    written: set[int] = set()
    # Numbers go to the workers and numbers come back, so that memory does not grow with the clips.
    context = multiprocessing.get_context("fork")
    with context.Pool(min(jobs, max(len(samples), 1)), _one_thread) as pool:
        for sample, is_there in pool.imap_unordered(_write, samples, chunksize=4):
            if is_there:
                written.add(sample)
            done()
    return written


def _one_thread() -> None:
    cv2.setNumThreads(1)


def _write(sample: int) -> tuple[int, bool]:
    path = _out / strip_name(sample)
    if path.is_file():
        return sample, True
    # One clip that nobody can read must not cost the page.
    try:
        frames = _source.frames(sample, _frames)
    except Exception:
        return sample, False
    if frames is None:
        return sample, False
    strip = strip_of(frames, _height)[..., ::-1]
    beside = path.with_suffix(".part.jpg")
    written = bool(cv2.imwrite(str(beside), np.ascontiguousarray(strip), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]))
    if written:
        os.replace(beside, path)
    return sample, written
