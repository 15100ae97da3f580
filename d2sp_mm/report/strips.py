"""Strips of frames, a picture file a clip, made by all cores."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
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


def strip_name(sample: int, frames: int, height: int) -> str:
    """Where a clip's strip lies, below the page's folder: a thousand a folder, and other strips elsewhere."""
    return f"{FOLDER}/{frames}x{height}/{sample // 1000:04d}/{sample:07d}.jpg"


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

    A decoder that dies of a clip costs that clip alone: those that it had taken on are tried again, each in a process of
    its own.

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
    for folder in {(out / strip_name(sample, frames, height)).parent for sample in samples}:
        folder.mkdir(parents=True, exist_ok=True)
    written: set[int] = set()
    waiting = list(reversed(samples))
    while waiting:
        doubtful = _write_some(waiting, jobs, written, done)
        for sample in doubtful:
            if _write_some([sample], 1, written, done):
                done()
    return written


def _write_some(waiting: list[int], jobs: int, written: set[int], done: Callable[[], None]) -> list[int]:
    """Take from the end of a list until it is empty or a process has died; return what was under way then."""
    under_way: dict[Future[bool], int] = {}
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), _one_thread) as pool:
        while waiting or under_way:
            # Numbers go to the workers and flags come back, few at a time: memory does not grow with the clips.
            while waiting and len(under_way) < 2 * jobs:
                try:
                    under_way[pool.submit(_write, waiting[-1])] = waiting[-1]
                except BrokenProcessPool:
                    return list(under_way.values())
                waiting.pop()
            finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
            if any(isinstance(future.exception(), BrokenProcessPool) for future in finished):
                return list(under_way.values())
            for future in finished:
                sample = under_way.pop(future)
                if future.result():
                    written.add(sample)
                done()
    return []


def _one_thread() -> None:
    cv2.setNumThreads(1)


def _write(sample: int) -> bool:
    path = _out / strip_name(sample, _frames, _height)
    if path.is_file():
        return True
    # One clip that nobody can read must not cost the page.
    try:
        frames = _source.frames(sample, _frames)
    except Exception:
        return False
    if frames is None:
        return False
    strip = strip_of(frames, _height)[..., ::-1]
    beside = path.with_suffix(".part.jpg")
    written = bool(cv2.imwrite(str(beside), np.ascontiguousarray(strip), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]))
    if written:
        os.replace(beside, path)
    return written
