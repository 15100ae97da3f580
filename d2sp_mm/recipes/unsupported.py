"""What cannot be purified, found in a config before anything is built, each with its reason and the way out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from mmengine.config import Config

#: MMEngine's wrappers that hold one dataset.
_WRAPPERS = {"RepeatDataset", "ClassBalancedDataset"}
#: Models that give one row of scores a clip, not a sample.
_ROW_OF_EACH_CLIP = {"Recognizer3D", "RecognizerGCN"}


def reason_to_refuse(config: Config) -> str | None:
    """Why a config cannot be purified, and what to do about it; None if nothing speaks against it.

    Args:
        config: A config of MMAction2.

    Source:
        Our own, from reading all configs of MMAction2 1.2.0.
    """
    return next((reason for check in _CHECKS if (reason := check(config))), None)


def base_datasets(dataset: Any) -> Iterator[dict[str, Any]]:
    """The configs of the datasets inside MMEngine's wrappers."""
    if type_name(dataset) == "ConcatDataset":
        for part in dataset.get("datasets", []):
            yield from base_datasets(part)
    elif type_name(dataset) in _WRAPPERS:
        yield from base_datasets(dataset.get("dataset", {}))
    else:
        yield dataset


def type_name(part: Any) -> str:
    """Name of the class that a config asks for, without scope; empty if it does not say."""
    found = part.get("type", "") if hasattr(part, "get") else ""
    return found.rpartition(".")[2] if isinstance(found, str) else found.__name__


def _training(config: Config) -> str | None:
    loader = config.get("train_dataloader")
    if loader is None or config.get("train_cfg") is None:
        return "it trains nothing (no train_dataloader or no train_cfg): it is there for testing."
    if not hasattr(loader, "get"):
        return (
            f"train_dataloader is a {type(loader).__name__}, not one data loader: purification numbers the samples of one "
            "training set. Use a ConcatDataset in one loader."
        )
    return None


def _loop(config: Config) -> str | None:
    loop = type_name(config.train_cfg)
    if loop not in ("", "EpochBasedTrainLoop") or not config.train_cfg.get("by_epoch", True):
        return (
            f"train_cfg={dict(config.train_cfg)!r} is no plain loop over epochs, and purification decides between epochs; "
            "use train_cfg=dict(type='EpochBasedTrainLoop', max_epochs=...)."
        )
    return None


def _model(config: Config) -> str | None:
    model = config.get("model") or {}
    head = model.get("cls_head")
    if head is None:
        return (
            f"model.type={type_name(model)!r} has no cls_head: purification supports recognizers, not localizers, detectors "
            "or models of video and text."
        )
    if type_name(head) in ("RGBPoseHead", "OmniHead"):
        return (
            f"model.cls_head.type={type_name(head)!r} classifies several modalities by layers of their own, and "
            "purification needs one row of scores a sample; train each modality by itself."
        )
    if head.get("multi_class"):
        return (
            "model.cls_head.multi_class=True: purification compares one label a clip with one prediction and does not "
            "support multi-label training."
        )
    loss = head.get("loss_cls", {})
    if type_name(loss) not in ("", "CrossEntropyLoss"):
        return (
            f"model.cls_head.loss_cls.type={type_name(loss)!r}: purification observes the cross entropy of one label a "
            "clip; use CrossEntropyLoss (class_weight and label_smooth_eps stay possible)."
        )
    return None


def _blending(config: Config) -> str | None:
    preprocessor = config.model.get("data_preprocessor") or {}
    parts = [preprocessor, *(preprocessor.get("preprocessors") or {}).values()]
    blending = next((part["blending"] for part in parts if part.get("blending") is not None), None)
    if blending is None:
        return None
    return (
        f"model.data_preprocessor.blending is {type_name(blending)}: a blended clip's prediction belongs to no single clip. "
        "Set model.data_preprocessor.blending=None for the purification run, and train the final model with blending on the "
        "purified annotation."
    )


def _data(config: Config) -> str | None:
    loader = config.train_dataloader
    sampler, batches = (type_name(loader.get(name) or {}) for name in ("sampler", "batch_sampler"))
    if sampler not in ("", "DefaultSampler") or batches:
        return (
            f"train_dataloader draws by sampler={sampler!r} and batch_sampler={batches!r}: "
            "PurifiedSampler takes the place of DefaultSampler alone; use that without a batch_sampler."
        )
    if loader.get("num_batch_per_epoch") is not None:
        return (
            f"train_dataloader.num_batch_per_epoch={loader.num_batch_per_epoch!r} cuts the training set off after so many "
            "batches, and purification draws its samples itself; leave it out, and try a config out with "
            "train_dataloader.dataset.indices=N."
        )
    if loader.get("persistent_workers") and not loader.get("num_workers"):
        return (
            "train_dataloader.persistent_workers=True needs worker processes, and num_workers="
            f"{loader.get('num_workers', 0)}; set persistent_workers=False, or num_workers to 1 or more."
        )
    for dataset in base_datasets(loader.dataset):
        if not isinstance(dataset.get("ann_file", ""), (str, os.PathLike)):
            return (
                f"train_dataloader.dataset.ann_file={dataset['ann_file']!r} is a {type(dataset['ann_file']).__name__}: a "
                "dataset of MMAction2 reads one file. Join several by dataset=dict(type='ConcatDataset', "
                "datasets=[dict(...), dict(...)]), one for each file."
            )
        if type_name(dataset) == "RepeatAugDataset":
            return (
                "train_dataloader.dataset.type='RepeatAugDataset' repeats augmentations within a batch, so one sample has "
                "several predictions; use VideoDataset (and set train_dataloader.collate_fn=dict(type='pseudo_collate'))."
            )
        if dataset.get("multi_class"):
            return (
                "train_dataloader.dataset.multi_class=True: purification compares one label a clip with one prediction and "
                "does not support multi-label data."
            )
        clips = max((step.get("num_clips", 1) for step in dataset.get("pipeline") or [] if hasattr(step, "get")), default=1)
        if clips > 1 and type_name(config.model) in _ROW_OF_EACH_CLIP:
            return (
                f"the train pipeline takes num_clips={clips} clips a sample, which a {type_name(config.model)} does not "
                "average in training; set num_clips=1."
            )
    return None


_CHECKS: tuple[Callable[[Config], str | None], ...] = (_training, _loop, _model, _blending, _data)
