"""Finding the parts of a run that purification works with, and refusing by name what it cannot work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from mmaction.models.heads import RGBPoseHead
from mmaction.models.recognizers import Recognizer3D, RecognizerGCN
from mmengine.model import is_model_wrapper
from mmengine.runner import EpochBasedTrainLoop, Runner
from torch import nn

from d2sp_mm import refusals
from d2sp_mm.datasets.indexed_dataset import IndexedDataset
from d2sp_mm.datasets.purified_sampler import PurifiedSampler
from d2sp_mm.datasets.sample_checks import stacking_of
from d2sp_mm.errors import ConfigError
from d2sp_mm.models.losses.observing_cross_entropy import ObservingCrossEntropyLoss


@dataclass(frozen=True)
class TrainingParts:
    """The parts of a runner that purification works with."""

    head: nn.Module
    loss: ObservingCrossEntropyLoss
    dataset: IndexedDataset
    sampler: PurifiedSampler
    num_classes: int
    #: Factor of each class in the loss; None if there is none.
    class_weights: Any = None
    #: Class of a model that gives one row of scores a clip, not a sample, so that several clips a sample cannot train.
    row_of_each_clip: str = ""

    def check_batch(self, data_batch: dict[str, Any]) -> None:
        """Refuse several clips a sample where the model does not average them.

        Raises:
            ConfigError: If the samples of the batch have more than one clip.
        """
        inputs = data_batch["inputs"]
        if not self.row_of_each_clip or not isinstance(inputs, (list, tuple)):
            return
        clips = {len(sample) for sample in inputs}
        if clips != {1}:
            raise ConfigError(refusals.several_clips(max(clips), self.row_of_each_clip))


def check_full_batch(loader: Any) -> None:
    """Refuse a loader that gives no batch. MMEngine's schedulers raise something else of it, before any hook is asked.

    Args:
        loader: The loader of the training set.

    Raises:
        ConfigError: If there is no full batch and others are dropped.
    """
    if len(loader) == 0:
        raise ConfigError(refusals.no_full_batch(loader.batch_size, len(loader.sampler)))


def find_training_parts(runner: Runner) -> TrainingParts:
    """The parts, checked.

    Raises:
        ConfigError: If the run is of a kind that purification does not support, or lacks a part.
    """
    if not isinstance(runner.train_loop, EpochBasedTrainLoop):
        raise ConfigError(refusals.loop(repr(dict(type=type(runner.train_loop).__name__))))
    dataset = runner.train_dataloader.dataset
    if not isinstance(dataset, IndexedDataset):
        raise ConfigError(
            f"train_dataloader.dataset is a {type(dataset).__name__}; wrap it: "
            "dataset=dict(type='d2sp_mm.IndexedDataset', dataset=dict(...))."
        )
    sampler = runner.train_dataloader.sampler
    if not isinstance(sampler, PurifiedSampler):
        raise ConfigError(
            f"train_dataloader.sampler is a {type(sampler).__name__}; use "
            "sampler=dict(_delete_=True, type='d2sp_mm.PurifiedSampler')."
        )
    check_full_batch(runner.train_dataloader)
    dataset.stacking = stacking_of(runner.train_dataloader.collate_fn)
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    head = getattr(model, "cls_head", None)
    if head is None or not hasattr(head, "loss_cls"):
        raise ConfigError(refusals.no_head(type(model).__name__))
    if isinstance(head, RGBPoseHead):
        raise ConfigError(refusals.several_modalities(type(head).__name__))
    if getattr(head, "multi_class", False):
        raise ConfigError(refusals.multi_label("model.cls_head.multi_class"))
    # A preprocessor of several modalities holds one for each, any of which may blend.
    blendings = [getattr(module, "blending", None) for module in model.data_preprocessor.modules()]
    blending = next((found for found in blendings if found is not None), None)
    if blending is not None:
        raise ConfigError(refusals.blending(type(blending).__name__))
    if not isinstance(head.loss_cls, ObservingCrossEntropyLoss):
        raise ConfigError(
            f"model.cls_head.loss_cls is a {type(head.loss_cls).__name__}; use "
            "loss_cls=dict(type='d2sp_mm.ObservingCrossEntropyLoss'), which takes CrossEntropyLoss's arguments."
        )
    row_of_each_clip = type(model).__name__ if isinstance(model, (Recognizer3D, RecognizerGCN)) else ""
    weights = head.loss_cls.class_weight
    class_weights = None if weights is None else torch.as_tensor(weights).cpu().numpy()
    return TrainingParts(head, head.loss_cls, dataset, sampler, head.num_classes, class_weights, row_of_each_clip)
