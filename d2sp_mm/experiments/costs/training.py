"""What purification costs a training step, and what pruning saves of an epoch."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config

from d2sp_mm.experiments.costs.interleaved_runs import run_interleaved
from d2sp_mm.experiments.costs.measurement import Measurement, median_interval, paired_ratio
from d2sp_mm.experiments.costs.toggled_purification import toggled_iterations
from d2sp_mm.experiments.toy.dataset import make_toy_dfer
from d2sp_mm.paths import find_home
from d2sp_mm.recipes import purify_config, read_config

CLIPS = 320


def drawn_clips(folder: Path, count: int = CLIPS) -> Path:
    """The folder of drawn clips and their list, drawn by the first who asks. All can be decoded: plain MMAction2 wants that.

    Args:
        folder: Where measurements write.
        count: Clips to draw.
    """
    data = folder / "data"
    if not (data / "toy.json").is_file():
        make_toy_dfer(data, num_train=count, num_test=7, low_quality_rate=0.0, seed=0)
    return data


def demo_config() -> Config:
    """The demo's config, as it is written."""
    return read_config(str(find_home() / "configs" / "d2sp" / "r3d" / "r3d_r18-slim_none_toy-dfer.py"))


def demo_dataset(folder: Path, count: int = CLIPS) -> dict[str, Any]:
    """Config of the demo's training set without our wrapper, on clips drawn here.

    Args:
        folder: Where measurements write.
        count: Clips to draw.
    """
    data = drawn_clips(folder, count)
    dataset: dict[str, Any] = demo_config().train_dataloader.dataset.dataset.to_dict()
    dataset.update(ann_file=str(data / "train.txt"), data_prefix=dict(video=str(data / "videos")))
    dataset.pop("data_root", None)
    return dataset


#: Share pruned in the measurement of what is saved, and how far the saving may be from it.
_PRUNED, _OFF = 0.3, 0.02
_CPU_MOST, _GPU_MOST = 0.02, 0.01
_OF_WEIGHTS = (
    "some thirty small operations a batch (a forward and a backward pass of one layer, a step of Adam) take the same time "
    "whatever the recognizer's size; here a step is small. They end with the last round that needs weights"
)


def iteration_costs(folder: Path, epochs: int = 16, clips: int = CLIPS) -> list[Measurement]:
    """Iterations of the demo's recognizer with toggled purification; weights are learned all the time.

    Args:
        folder: Where to draw the clips and run.
        epochs: Epochs of each run.
        clips: Clips that are drawn.
    """
    plain = _base(folder, epochs, clips)
    found = []
    for name, recipe, changes in (
        ("`d2sp`, learning weights", "d2sp", {"stages.prune.start": epochs, "stages.correct": None}),
        ("observing only", "none", {}),
    ):
        ours = purify_config(plain, recipe, {f"default_hooks.purification.{key}": value for key, value in changes.items()})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            on, off = toggled_iterations(_in(ours, folder / "ours"))
        # The first iterations warm caches up.
        warm = len(on) // 10
        machine, most = ("GPU", _GPU_MOST) if torch.cuda.is_available() else ("CPU", _CPU_MOST)
        what = f"a training step, {name}, {machine} time"
        found.append(paired_ratio(what, on[warm:], off[warm:], most, _OF_WEIGHTS if recipe == "d2sp" else ""))
    return found


def epoch_saving(folder: Path, epochs: int = 18, clips: int = CLIPS) -> list[Measurement]:
    """Epochs of which three tenths are pruned after the first, with ``epoch_length="shrink"``, interleaved with whole ones.

    Args:
        folder: Where to draw the clips and run.
        epochs: Epochs of each run.
        clips: Clips that are drawn.
    """
    plain = purify_config(_base(folder, epochs, clips), "none")
    pruned = purify_config(_base(folder, epochs, clips), "none")
    pruned.default_hooks.purification.stages = dict(
        prune=dict(type="d2sp_mm.RandomPruning", start=1, rate=_PRUNED, class_cap=1.0)
    )
    pruned.train_dataloader.sampler.epoch_length = "shrink"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        times = run_interleaved({"whole": _in(plain, folder / "whole"), "pruned": _in(pruned, folder / "pruned")})
    # The first two epochs are whole in both, or warm up.
    ratios = np.array(times["pruned"][2:]) / np.array(times["whole"][2:])
    middle, low, high = median_interval(1 - ratios)
    found = f"{100 * middle:.1f} % ({100 * low:.1f} to {100 * high:.1f}), {len(ratios)} pairs of epochs"
    bound = f"{100 * _PRUNED:g} %, within {100 * _OFF:g} %"
    machine = "GPU" if torch.cuda.is_available() else "CPU"
    what = f"an epoch's {machine} time saved where {100 * _PRUNED:g} % are pruned (`epoch_length=\"shrink\"`)"
    return [Measurement(what, found, bound, abs(middle - _PRUNED) <= _OFF)]


def _base(folder: Path, epochs: int, clips: int) -> Config:
    """The demo's config, on clips drawn here, without tests and checkpoints."""
    plain = Config(demo_config().to_dict())
    plain.train_dataloader.dataset = demo_dataset(folder, clips)
    plain.train_dataloader.sampler = dict(type="DefaultSampler", shuffle=True)
    plain.train_dataloader.update(num_workers=0, persistent_workers=False)
    plain.model.cls_head.pop("loss_cls", None)
    plain.default_hooks.pop("purification")
    plain.default_hooks.checkpoint = dict(type="CheckpointHook", interval=epochs + 1, save_last=False)
    plain.default_hooks.logger.interval = 10**6
    plain.train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=epochs, val_interval=epochs + 1)
    plain.val_dataloader = plain.val_cfg = plain.val_evaluator = None
    plain.test_dataloader = plain.test_cfg = plain.test_evaluator = None
    plain.param_scheduler, plain.log_level = None, "ERROR"
    return plain


def _in(config: Config, work_dir: Path) -> Config:
    changed = Config(config.to_dict())
    changed.work_dir, changed.experiment_name = str(work_dir), str(work_dir).replace("/", "_")
    return changed
