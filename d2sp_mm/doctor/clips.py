"""Whether the training clips go through the pipeline that training will take them through."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.utils import import_modules_from_strings

from d2sp_mm.datasets.indexed_dataset import IndexedDataset
from d2sp_mm.doctor.finding import Finding

_SHOWN = 5
#: The process's own dataset: built once, not sent with every clip.
_dataset: Any = None


def check_clips(
    config: Config,
    num_samples: int,
    count: int | None = None,
    processes: int = 1,
    progress: Callable[[Iterable[Any], int], Iterable[Any]] = lambda items, total: items,
) -> list[Finding]:
    """Take clips through the training pipeline, each by itself.

    Args:
        config: A purified config whose training list can be read.
        num_samples: Samples of that list.
        count: How many clips, spread evenly over the list; all if None.
        processes: How many processes work at it.
        progress: Shows how far the loop has come.

    Source:
        Our own. Decoders can kill a process, so that they work in processes of their own.
    """
    chosen = np.unique(np.linspace(0, num_samples - 1, min(count or num_samples, num_samples)).round().astype(int)).tolist()
    failed: dict[str, str] = {}
    settings = (config.filename, config.to_dict())
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_build, initargs=settings) as pool:
        try:
            for key, problem in progress(pool.map(_try, chosen, chunksize=16), len(chosen)):
                if problem is not None:
                    failed[key] = problem
        except BrokenProcessPool:
            what = "a decoder killed its process while the training clips were tried; that would end training as well"
            return [Finding("fail", what, "find the clip with ffprobe or by halves of the list, and take it out")]
    if not failed:
        return [Finding("ok", f"{len(chosen)} of {num_samples} training clips were decoded without an error")]
    share, limit = len(failed) / len(chosen), float(config.default_hooks.purification.get("max_undecodable", 0.5))
    shown = "; ".join(f"{key!r}: {problem}" for key, problem in list(failed.items())[:_SHOWN])
    more = f" and {len(failed) - _SHOWN} more" if len(failed) > _SHOWN else ""
    what = f"{len(failed)} of {len(chosen)} training clips cannot be decoded: {shown}{more}"
    if share > limit:
        advice = f"check data_prefix and the pipeline; more than max_undecodable={limit} stop the run"
        return [Finding("fail", what, advice)]
    return [Finding("warn", what, "they count as low quality and are pruned with the first decision")]


def _build(filename: str | None, settings: dict[str, Any]) -> None:
    global _dataset
    config = Config(settings, filename=filename)
    if config.get("custom_imports"):
        import_modules_from_strings(**config.custom_imports)
    DefaultScope.get_instance("doctor", scope_name=config.get("default_scope", "mmaction"))
    _dataset = IndexedDataset(config.train_dataloader.dataset.dataset)


def _try(sample: int) -> tuple[str, str | None]:
    """The clip's path, and why it cannot be decoded."""
    part, index = _dataset.map.locate(sample)
    info = part.get_data_info(index)
    data, problem = _dataset.load_sample(sample)
    path = str(info.get("filename") or info.get("frame_dir") or info.get("audio_path") or index)
    return path, problem if data is None else None
