"""A training run of MMAction2 that takes a second: a stock recognizer and dataset, on clips made in the pipeline."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmaction.registry import MODELS, TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.config import Config
from mmengine.runner import Runner
from torch import nn

import d2sp_mm.compat  # noqa: F401 - before mmaction.models

NUM_CLASSES = 4


@TRANSFORMS.register_module(force=True)
class MakeClip(BaseTransform):
    """Makes a clip whose look follows the class that its file name names: ``<class>_<kind>_<number>.mp4``.

    Kind ``noise`` shows no class at all, ``broken`` cannot be decoded, anything else is a good clip.
    """

    def __init__(self, strength: float = 1.0, random: bool = True) -> None:
        self.strength = strength
        self.random = random

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        look, kind, number = Path(results["filename"]).stem.split("_")
        if kind == "broken":
            raise RuntimeError(f"cannot decode {results['filename']}")
        own = np.random.default_rng(int(number))
        # Augmentation draws from the global generators, as MMAction2's transforms do.
        fresh = np.random.rand(3, 2, 8, 8) + random.uniform(-0.05, 0.05) if self.random else 0.5
        clip = 0.5 * own.normal(size=(3, 2, 8, 8)) + 0.5 * fresh
        if kind != "noise":
            row = 2 * int(look)
            clip[:, :, row : row + 2] += self.strength
        results["imgs"] = clip[None].astype(np.float32)
        results["img_shape"] = (8, 8)
        return results


@MODELS.register_module(force=True)
class TinyBackbone(nn.Module):
    """A convolution, batch norm and a little dropout: enough for every kind of state that training has."""

    def __init__(self, channels: int = 16) -> None:
        super().__init__()
        self.conv = nn.Conv3d(3, channels, (1, 2, 8), stride=(1, 2, 1))
        self.bn = nn.BatchNorm3d(channels)
        self.mix = nn.Linear(channels * 4, 32)
        self.drop = nn.Dropout(0.1)

    def init_weights(self) -> None:
        """Nothing to load."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.bn(self.conv(x))).mean(dim=(2, 4)).flatten(1)
        return self.drop(torch.relu(self.mix(x)))[:, :, None, None, None]


def write_list(path: Path, per_class: int = 12, noise: int = 0, mislabel: int = 0, broken: int = 0) -> Path:
    """Write an annotation list of ``NUM_CLASSES * per_class`` clips, of which some are noisy."""
    lines = []
    n = NUM_CLASSES * per_class
    for number in range(n):
        look = number % NUM_CLASSES
        kind, label = "good", look
        if number < broken:
            kind = "broken"
        elif number < broken + noise:
            kind = "noise"
        elif number < broken + noise + mislabel:
            label = (look + 1) % NUM_CLASSES
        lines.append(f"{look}_{kind}_{number}.mp4 {label}\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


def tiny_config(folder: Path, ann_file: Path, purified: bool = True, stages: Any = None, **hook: Any) -> dict[str, Any]:
    """A complete config; without ``purified`` it names nothing of d2sp_mm."""
    pipeline = [dict(type="MakeClip"), dict(type="PackActionInputs")]
    dataset: dict[str, Any] = dict(type="VideoDataset", ann_file=str(ann_file), pipeline=pipeline)
    sampler: dict[str, Any] = dict(type="DefaultSampler", shuffle=True)
    loss: dict[str, Any] = dict(type="CrossEntropyLoss")
    hooks: dict[str, Any] = dict(
        timer=dict(type="IterTimerHook"),
        logger=dict(type="LoggerHook", interval=1000),
        param_scheduler=dict(type="ParamSchedulerHook"),
        checkpoint=dict(type="CheckpointHook", interval=1),
        sampler_seed=dict(type="DistSamplerSeedHook"),
        runtime_info=dict(type="RuntimeInfoHook"),
    )
    if purified:
        dataset = dict(type="d2sp_mm.IndexedDataset", dataset=dataset)
        sampler = dict(type="d2sp_mm.PurifiedSampler", shuffle=True)
        loss = dict(type="d2sp_mm.ObservingCrossEntropyLoss")
        hooks["purification"] = dict(type="d2sp_mm.PurificationHook", stages=stages, **hook)
        hooks["exact_resume"] = dict(type="d2sp_mm.ExactResumeHook")
    return dict(
        model=dict(
            type="Recognizer3D",
            backbone=dict(type="TinyBackbone"),
            cls_head=dict(
                type="I3DHead",
                in_channels=32,
                num_classes=NUM_CLASSES,
                dropout_ratio=0.1,
                average_clips="prob",
                topk=(1,),
                loss_cls=loss,
            ),
            data_preprocessor=dict(type="ActionDataPreprocessor", format_shape="NCTHW"),
        ),
        work_dir=str(folder),
        train_dataloader=dict(
            batch_size=8, num_workers=0, persistent_workers=False, sampler=sampler, dataset=dataset
        ),
        train_cfg=dict(type="EpochBasedTrainLoop", max_epochs=6, val_begin=1, val_interval=2),
        val_dataloader=dict(
            batch_size=8,
            num_workers=0,
            sampler=dict(type="DefaultSampler", shuffle=False),
            dataset=dict(
                type="VideoDataset",
                ann_file=str(ann_file),
                test_mode=True,
                pipeline=[dict(type="MakeClip", random=False), dict(type="PackActionInputs")],
            ),
        ),
        val_cfg=dict(type="ValLoop"),
        val_evaluator=dict(type="AccMetric"),
        optim_wrapper=dict(
            optimizer=dict(type="SGD", lr=0.1, momentum=0.9), clip_grad=dict(max_norm=5, norm_type=2)
        ),
        param_scheduler=[dict(type="CosineAnnealingLR", by_epoch=True, T_max=6, convert_to_iter_based=True)],
        default_scope="mmaction",
        default_hooks=hooks,
        randomness=dict(seed=3),
        log_level="WARNING",
        visualizer=dict(type="ActionVisualizer", vis_backends=[dict(type="LocalVisBackend")]),
        experiment_name=f"tiny_{abs(hash(str(folder)))}",
    )


def train(config: dict[str, Any]) -> Runner:
    """Run a config in this process."""
    runner = Runner.from_cfg(Config(copy.deepcopy(config)))
    runner.train()
    return runner


def weights_of(runner: Runner) -> dict[str, torch.Tensor]:
    """The trained weights."""
    return {name: value.clone() for name, value in runner.model.state_dict().items()}


def hook_of(runner: Runner) -> Any:
    """The run's purification hook."""
    from d2sp_mm.engine import PurificationHook

    return next(hook for hook in runner.hooks if isinstance(hook, PurificationHook))


def assert_same_weights(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> None:
    """Bit for bit."""
    assert a.keys() == b.keys()
    for name in a:
        assert torch.equal(a[name], b[name]), name


PRUNE = dict(type="d2sp_mm.CoarsePruning", start=2, window=2, rate=0.1, score="rank_sum")
CORRECT = dict(type="d2sp_mm.FineCorrection", start=4, window=2)
