"""Strips of frames, a picture file a clip, made by all cores."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from d2sp_mm.review.report.clip_source import ClipSource
from d2sp_mm.visualization.strip_file import needed_of, write_strip

FOLDER = "strips"

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
    for folder in {(out / strip_name(sample, frames, height)).parent for sample in samples}:
        folder.mkdir(parents=True, exist_ok=True)
    written: set[int] = set()
    waiting = list(reversed(samples))
    size = (frames, height)
    while waiting:
        for sample in _write_some(source, waiting, out, size, jobs, written, done):
            if _write_some(source, [sample], out, size, 1, written, done):
                done()
    return written


def _write_some(
    source: ClipSource,
    waiting: list[int],
    out: Path,
    size: tuple[int, int],
    jobs: int,
    written: set[int],
    done: Callable[[], None],
) -> list[int]:
    """Take from the end of a list until it is empty or a process has died; return what was under way then."""
    under_way: dict[Future[bool], int] = {}
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        while waiting or under_way:
            # Few at a time: memory does not grow with the clips.
            while waiting and len(under_way) < 2 * jobs:
                sample = waiting[-1]
                path = out / strip_name(sample, *size)
                info = None if path.is_file() else _info(source, sample)
                if info is None:
                    if path.is_file():
                        written.add(sample)
                    done()
                else:
                    try:
                        under_way[pool.submit(write_strip, info, path, *size)] = sample
                    except BrokenProcessPool:
                        return list(under_way.values())
                waiting.pop()
            if not under_way:
                continue
            finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
            if any(isinstance(future.exception(), BrokenProcessPool) for future in finished):
                return list(under_way.values())
            for future in finished:
                sample = under_way.pop(future)
                if future.result():
                    written.add(sample)
                done()
    return []


def _info(source: ClipSource, sample: int) -> dict[str, Any] | None:
    # A clip whose file is missing may be the very reason for its decision.
    try:
        return needed_of(source.info(sample))
    except Exception:
        return None
