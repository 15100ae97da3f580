"""The wrapped data set against the bare one: throughput, and memory of each worker."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.registry import DefaultScope
from torch.utils.data import DataLoader, RandomSampler

from d2sp_mm.datasets import IndexedDataset
from d2sp_mm.datasets.build_dataset import build_dataset
from d2sp_mm.experiments.costs.measurement import Measurement, median_interval, paired_ratio
from d2sp_mm.experiments.costs.training import CLIPS, demo_dataset

_SAMPLES, _BATCH = 200_000, 16
#: What "nothing measurable" is held to: the noise of a shared machine, and a hundredth of a worker.
_MOST_SLOWER, _MOST_MIB = 0.02, 2.0
_MIB = 2**20
_NOISE = (
    "beside decoding, what the wrapper adds (last line) is far below what a shared machine lets differ between two runs of "
    "the same; a median beyond the bound here, with an interval as wide as these, is that"
)


def worker_costs(
    folder: Path, pairs: int = 7, samples: int = _SAMPLES, batches: int = 30, clips: int = CLIPS
) -> list[Measurement]:
    """Batches of the demo's pipeline, and the memory of workers with a large list, with 0, 2 and 4 workers.

    Args:
        folder: Where to draw the clips and write the list.
        pairs: How often each is measured.
        samples: Length of the list.
        batches: Batches of each measurement.
        clips: Clips that are drawn.
    """
    found = []
    with DefaultScope.overwrite_default_scope("mmaction"):
        decoding, listed = demo_dataset(folder, clips), _large_list(folder, samples)
        sets = {"bare": build_dataset(decoding), "wrapped": IndexedDataset(decoding)}
        large = {"bare": build_dataset(listed), "wrapped": IndexedDataset(listed)}
        for workers in (0, 2, 4):
            for persistent in (False, True) if workers else (False,):
                name = f"{workers} workers{', persistent' if persistent else ''}"
                times, _ = _interleaved(sets, pairs, workers, persistent, batches)
                what = f"batches, CPU time of all processes, {name}"
                note = "" if workers else _NOISE
                found.append(paired_ratio(what, times["wrapped"], times["bare"], _MOST_SLOWER, note))
                if workers:
                    _, memory = _interleaved(large, min(pairs, 3), workers, persistent, 10 * batches)
                    found.append(_memory(f"{samples:,} samples, {name}", memory))
        found.append(_added(large, pairs))
    return found


def _large_list(folder: Path, samples: int) -> dict[str, Any]:
    ann_file = folder / "large.txt"
    ann_file.write_text("".join(f"some/folder/{i:07d}.mp4 {i % 7}\n" for i in range(samples)))
    _register()
    pipeline = [dict(type="FakeClip"), dict(type="PackActionInputs")]
    return dict(type="VideoDataset", ann_file=str(ann_file), pipeline=pipeline)


def _interleaved(
    sets: Mapping[str, Any], pairs: int, workers: int, persistent: bool, batches: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """CPU seconds of each measurement, and private bytes of each worker, by name."""
    times: dict[str, list[float]] = {name: [] for name in sets}
    memory: dict[str, list[float]] = {name: [] for name in sets}
    for number in range(pairs):
        # Either goes first as often.
        for name in sorted(sets, reverse=bool(number % 2)):
            spent, private = _epoch(sets[name], workers, persistent, batches)
            times[name].append(spent)
            memory[name] += private
    return times, memory


def _added(sets: Mapping[str, Any], pairs: int, samples: int = 2000) -> Measurement:
    """What the wrapper adds to a sample that costs nothing to make."""
    times: dict[str, list[float]] = {name: [] for name in sets}
    positions = np.random.default_rng(0).integers(len(sets["bare"]), size=samples).tolist()
    for number in range(pairs):
        for name in sorted(sets, reverse=bool(number % 2)):
            begin = time.perf_counter()
            for position in positions:
                sets[name][position]
            times[name].append((time.perf_counter() - begin) / samples * 1e6)
    middle, low, high = median_interval(np.array(times["wrapped"]) - np.array(times["bare"]))
    found = f"{middle:.1f} µs ({low:.1f} to {high:.1f}) beside {np.median(times['bare']):.0f} µs"
    return Measurement("what the wrapper adds to a sample that is not decoded", found)


def _memory(name: str, memory: dict[str, list[float]]) -> Measurement:
    bare, wrapped = (np.median(memory[which]) / _MIB for which in ("bare", "wrapped"))
    _, low, high = median_interval(np.array(memory["wrapped"]) / _MIB - bare)
    found = f"{wrapped - bare:+.2f} MiB ({low:+.2f} to {high:+.2f}) beside {bare:.0f} MiB"
    what = f"memory of its own of a worker, {name}"
    return Measurement(what, found, f"at most {_MOST_MIB:g} MiB", bool(wrapped - bare <= _MOST_MIB))


def _epoch(dataset: Any, workers: int, persistent: bool, count: int) -> tuple[float, list[float]]:
    """CPU seconds of all processes for the batches, and the private memory of each worker in bytes."""
    generator = torch.Generator().manual_seed(0)
    sampler = RandomSampler(dataset, replacement=True, num_samples=_BATCH * count, generator=generator)
    loader = DataLoader(
        dataset, _BATCH, sampler=sampler, num_workers=workers, persistent_workers=persistent, collate_fn=_as_it_is
    )
    begin = time.process_time()
    batches: Iterator[Any] = iter(loader)
    for _ in range(count):
        next(batches)
    children = [child.pid for child in multiprocessing.active_children() if child.pid]
    # All batches are made by now, so no worker is ahead with others.
    spent = time.process_time() - begin + sum(map(_cpu_seconds, children))
    private = [_private_bytes(pid) for pid in children]
    del batches, loader
    return spent, private


def _private_bytes(pid: int) -> float:
    """Memory that a process shares with no other (Linux)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(1024.0 * int(line.split()[1]) for line in lines if line.startswith("Private_"))


def _cpu_seconds(pid: int) -> float:
    """What all threads of a process have computed so far (Linux)."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


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
