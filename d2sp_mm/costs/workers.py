"""The wrapped data set against the bare one: throughput, and memory of each worker."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import DefaultScope
from torch.utils.data import DataLoader

from d2sp_mm.costs.measurement import Measurement, median_interval, paired_ratio
from d2sp_mm.datasets import IndexedDataset
from d2sp_mm.datasets.build_dataset import build_dataset

_SAMPLES, _BATCH, _BATCHES = 200_000, 16, 150
#: What "nothing measurable" is held to: the noise of a shared machine, and a hundredth of a worker.
_MOST_SLOWER, _MOST_MIB = 0.02, 2.0
_MIB = 2**20


def worker_costs(folder: Path, pairs: int = 7, samples: int = _SAMPLES) -> list[Measurement]:
    """Batches of a large list without decoding, so that nothing hides what the wrapper adds, with 0, 2 and 4 workers.

    Args:
        folder: Where to write the list.
        pairs: How often each is measured.
        samples: Length of the list.
    """
    ann_file = folder / "large.txt"
    ann_file.write_text("".join(f"some/folder/{i:07d}.mp4 {i % 7}\n" for i in range(samples)))
    pipeline = [dict(type="FakeClip"), dict(type="PackActionInputs")]
    dataset = dict(type="VideoDataset", ann_file=str(ann_file), pipeline=pipeline)
    _register()
    found = []
    with DefaultScope.overwrite_default_scope("mmaction"):
        bare, wrapped = build_dataset(dataset), IndexedDataset(dataset)
        for workers in (0, 2, 4):
            for persistent in (False, True) if workers else (False,):
                name = f"{workers} workers{', persistent' if persistent else ''}"
                times: dict[str, list[float]] = {"bare": [], "wrapped": []}
                memory: dict[str, list[float]] = {"bare": [], "wrapped": []}
                for _ in range(pairs):
                    for which, data in (("bare", bare), ("wrapped", wrapped)):
                        spent, private = _epoch(data, workers, persistent)
                        times[which].append(spent)
                        memory[which] += private
                found.append(paired_ratio(f"batches, {name}", times["wrapped"], times["bare"], _MOST_SLOWER))
                if workers:
                    found.append(_memory(f"{samples:,} samples, {name}", memory))
    return found


def _memory(name: str, memory: dict[str, list[float]]) -> Measurement:
    bare, wrapped = (np.median(memory[which]) / _MIB for which in ("bare", "wrapped"))
    _, low, high = median_interval(np.array(memory["wrapped"]) / _MIB - bare)
    found = f"{wrapped - bare:+.2f} MiB ({low:+.2f} to {high:+.2f}) beside {bare:.0f} MiB"
    what = f"memory of its own of a worker, {name}"
    return Measurement(what, found, f"at most {_MOST_MIB:g} MiB", bool(wrapped - bare <= _MOST_MIB))


def _epoch(dataset: Any, workers: int, persistent: bool) -> tuple[float, list[float]]:
    """Seconds for the batches after the first, and the private memory of each worker in bytes."""
    loader = DataLoader(
        dataset, _BATCH, shuffle=True, num_workers=workers, persistent_workers=persistent, collate_fn=_as_it_is
    )
    batches: Iterator[Any] = iter(loader)
    # The first batches wait for the workers to start.
    for _ in range(4 * max(workers, 1)):
        next(batches)
    begin = time.perf_counter()
    for _ in range(_BATCHES):
        next(batches)
    spent = time.perf_counter() - begin
    private = [_private_bytes(child.pid) for child in multiprocessing.active_children() if child.pid]
    del batches, loader
    return spent, private


def _private_bytes(pid: int) -> float:
    """Memory that a process shares with no other (Linux)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(1024.0 * int(line.split()[1]) for line in lines if line.startswith("Private_"))


def _as_it_is(samples: list[Any]) -> list[Any]:
    return samples


def _register() -> None:
    """A transform that costs as little as one can."""
    from mmcv.transforms import BaseTransform
    from mmengine.registry import TRANSFORMS

    class FakeClip(BaseTransform):
        def transform(self, results: dict[str, Any]) -> dict[str, Any]:
            results["imgs"] = np.zeros((1, 3, 8, 16, 16), dtype=np.float32)
            results["img_shape"] = (16, 16)
            return results

    TRANSFORMS.register_module(name="FakeClip", module=FakeClip, force=True)
