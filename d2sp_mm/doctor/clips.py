"""Whether clips go through the pipeline that training or testing will take them through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, NamedTuple

import numpy as np
from mmaction.datasets import PoseDataset
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.registry import DefaultScope
from mmengine.utils import import_modules_from_strings

from d2sp_mm.datasets.indexed_dataset import IndexedDataset, pipeline_label
from d2sp_mm.datasets.sample_checks import form_of, stacking_of
from d2sp_mm.doctor.annotation_lists import inner_dataset
from d2sp_mm.doctor.finding import Finding
from d2sp_mm.errors import words_of
from d2sp_mm.recipes.read_config import scope_of
from d2sp_mm.visualization.clip_files import silent_decoders

#: Frames that are in memory at once.
_FRAMES = 32
#: MMAction2's transforms that choose frames, and the fields that hold what a skeleton's frames come to.
_SAMPLERS = {
    "SampleFrames", "UniformSample", "UniformSampleFrames", "DenseSampleFrames", "UntrimmedSampleFrames",
}  # fmt: skip
_KEYPOINTS = ("keypoint", "keypoint_score")


def decode_every_frame(part: BaseDataset, index: int) -> str:
    """Take a sample through its pipeline up to the decoder, and have that decode all frames.

    Args:
        part: The base dataset.
        index: The sample's index in it.

    Returns:
        Why some frame cannot be trained on; an empty sentence if all can, or the pipeline is of another form (frames are
        chosen by a transform of the user's own, or nothing is decoded).
    """
    transforms = list(part.pipeline.transforms)
    sampler = next((i for i, step in enumerate(transforms) if type(step).__name__ in _SAMPLERS), None)
    if sampler is None or sampler + 1 >= len(transforms) or "Decode" not in type(transforms[sampler + 1]).__name__:
        return ""
    # Decoders raise errors of every kind, and that is what is asked.
    try:
        with silent_decoders():
            results: Any = part.get_data_info(index)
            for step in transforms[: sampler + 1]:
                results = step(results)
            every = np.arange(int(results["total_frames"])) + int(results.get("start_index") or 0)
            for begin in range(0, len(every), _FRAMES):
                asked = {**results, "frame_inds": every[begin : begin + _FRAMES], "num_clips": 1}
                decoded = transforms[sampler + 1](asked)
                for name in _KEYPOINTS:
                    if decoded.get(name) is not None and not np.isfinite(decoded[name]).all():
                        return f"some frames have values in {name} that are not finite"
    except Exception as error:
        return words_of(error)
    return ""


_SHOWN = 3
#: Decoders may say very much.
_LONGEST = 160
_CHUNK = 16
#: A clip: the list's name and the sample's number.
Task = tuple[str, int]
#: The process's config and datasets: each is built once, when the first clip of its list comes.
_config: Any = None
_datasets: dict[str, Any] = {}


class Look(NamedTuple):
    """What a worker process says of a clip.

    Args:
        path: Its path.
        problem: Why it cannot be trained on; empty if it can.
        form: What of its sizes its batch must share.
        other_label: Which label its pipeline makes of it in place of its own; empty if it keeps that.
    """

    path: str
    problem: str
    form: str
    other_label: str


class DatasetError(Exception):
    """A dataset cannot be built in a worker process."""


def check_clips(
    config: Config,
    num_samples: Mapping[str, int],
    count: int | None = None,
    processes: int = 1,
    progress: Callable[[Iterable[Any], int], Iterable[Any]] = lambda items, total: items,
) -> list[Finding]:
    """Take clips through their pipelines, each by itself.

    Args:
        config: A purified config whose lists can be read.
        num_samples: Samples of each list, by ``train``, ``val`` and ``test``.
        count: How many clips of each list, spread evenly; all if None.
        processes: How many processes work at it.
        progress: Shows how far the loop has come.

    Source:
        Our own. Decoders can kill a process, so that they work in processes of their own.
    """
    tasks = [(name, sample) for name, number in num_samples.items() for sample in _spread(number, count)]
    failed: dict[str, dict[str, str]] = {name: {} for name in num_samples}
    forms: dict[str, dict[str, list[str]]] = {name: {} for name in num_samples}
    relabelled: list[str] = []
    settings = (config.filename, config.to_dict())
    done = 0
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_start, initargs=settings) as pool:
        try:
            for look in progress(pool.map(_try, tasks, chunksize=_CHUNK), len(tasks)):
                name = tasks[done][0]
                if look.problem:
                    failed[name][look.path] = look.problem
                else:
                    forms[name].setdefault(look.form, []).append(look.path)
                if look.other_label and name == "train":
                    relabelled.append(f"{look.path!r}: {look.other_label}")
                done += 1
        except BrokenProcessPool:
            path = _killer(tasks[done : done + _CHUNK * (processes + 1)], settings)
            what = f"a decoder killed its process at {path or 'a clip'}; that ends a run as well"
            return [Finding("fail", what, "take the clip out of its list")]
        except DatasetError as error:
            return [Finding("fail", f"in a worker process {error}", "start as training will: with the same PYTHONPATH")]
    for name, paths_of in forms.items():
        usual = max(paths_of, key=lambda form: len(paths_of[form]), default="")
        odd = {path: form for form, paths in paths_of.items() if form != usual for path in paths}
        failed[name] |= {path: f"cannot be stacked: {form}; most have {usual}" for path, form in odd.items()}
    changed = f"train: the pipeline changes the label of {len(relabelled)} clips, of {'; '.join(relabelled[:_SHOWN])}"
    told = [Finding("fail", changed, "give the label in the annotation file: training refuses this")] if relabelled else []
    return told + [
        _finding(config, name, found, sum(task[0] == name for task in tasks), num_samples[name])
        for name, found in failed.items()
    ]


def _spread(number: int, count: int | None) -> list[int]:
    """Numbers of ``count`` samples, evenly from the first to the last."""
    return np.unique(np.linspace(0, number - 1, min(count or number, number)).round().astype(int)).tolist()


def _finding(config: Config, name: str, failed: dict[str, str], tried: int, num_samples: int) -> Finding:
    if not failed:
        return Finding("ok", f"{name}: {tried} of {num_samples} clips were decoded without an error")
    shown = "; ".join(f"{path!r}: {problem[:_LONGEST]}" for path, problem in list(failed.items())[:_SHOWN])
    more = f" and {len(failed) - _SHOWN} more" if len(failed) > _SHOWN else ""
    what = f"{name}: {len(failed)} of {tried} clips cannot be decoded: {shown}{more}"
    if name != "train":
        return Finding("fail", what, "the first of them ends the run; take them out of the list, or get them anew")
    limit = float(config.default_hooks.purification.get("max_undecodable", 0.5))
    if len(failed) > limit * tried:
        return Finding("fail", what, f"check data_prefix and the pipeline; more than max_undecodable={limit} stop the run")
    tolerance = float(config.default_hooks.purification.get("failure_tolerance", 0.0))
    often = f" in more than {tolerance:.0%} of the epochs" if tolerance else ""
    then = f"each is pruned with the next decision once it has failed{often}, and is not in the purified list then"
    return Finding("warn", what, then)


def _killer(tasks: Sequence[Task], settings: tuple[Any, ...]) -> str | None:
    """The path of the first clip that kills a process: each is tried by itself."""
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=_start, initargs=settings) as pool:
        killer = next((task for task in tasks if _kills(task, pool)), None)
    if killer is None:
        return None
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=_start, initargs=settings) as pool:
        return pool.submit(_path_of, killer).result()


def _kills(task: Task, pool: ProcessPoolExecutor) -> bool:
    try:
        pool.submit(_try, task).result()
    except BrokenProcessPool:
        return True
    return False


def _start(filename: str | None, settings: dict[str, Any]) -> None:
    # Nothing here may fail: an error of an initializer looks like a killed process.
    global _config
    _config = Config(settings, filename=filename)
    DefaultScope.get_instance("doctor", scope_name=scope_of(_config))


def _dataset_of(name: str) -> Any:
    if name not in _datasets:
        try:
            if _config.get("custom_imports"):
                import_modules_from_strings(**_config.custom_imports)
            _datasets[name] = IndexedDataset(inner_dataset(_config[f"{name}_dataloader"].dataset))
        # Whatever a dataset raises must reach the main process as an error that can be sent.
        except Exception as error:
            raise DatasetError(f"{name}_dataloader.dataset cannot be built: {words_of(error)}") from None
    return _datasets[name]


def _try(task: Task) -> Look:
    name, sample = task
    dataset = _dataset_of(name)
    data, problem = dataset.load_sample(sample)
    part, index = dataset.map.locate(sample)
    # What a look at some frames finds depends on which it draws; a look at all of them says the same each time.
    if name == "train":
        problem = decode_every_frame(part, index) or problem
    stacking = stacking_of(_config[f"{name}_dataloader"].get("collate_fn"))
    form = "" if data is None else form_of(data["inputs"], stacking, padded=not isinstance(part, PoseDataset))
    given = part.get_data_info(index).get("label")
    made = given if data is None else pipeline_label(data)
    return Look(_path_of(task), problem, form, "" if made == given else f"label {made}, not {given}")


def _path_of(task: Task) -> str:
    part, index = _dataset_of(task[0]).map.locate(task[1])
    info = part.get_data_info(index)
    return str(info.get("filename") or info.get("frame_dir") or info.get("audio_path") or index)
