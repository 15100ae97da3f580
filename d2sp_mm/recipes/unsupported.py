"""What cannot be purified, found in a config before anything is built, each with its reason and the way out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from mmengine.config import Config

from d2sp_mm import refusals

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
        return refusals.loop(repr(dict(config.train_cfg)))
    return None


def _model(config: Config) -> str | None:
    model = config.get("model") or {}
    head = model.get("cls_head")
    if head is None:
        return refusals.no_head(type_name(model))
    if type_name(head) in ("RGBPoseHead", "OmniHead"):
        return refusals.several_modalities(type_name(head))
    if head.get("multi_class"):
        return refusals.multi_label("model.cls_head.multi_class")
    loss = head.get("loss_cls", {})
    if type_name(loss) not in ("", "CrossEntropyLoss"):
        return refusals.loss(type_name(loss))
    return None


def _blending(config: Config) -> str | None:
    preprocessor = config.model.get("data_preprocessor") or {}
    parts = [preprocessor, *(preprocessor.get("preprocessors") or {}).values()]
    blending = next((part["blending"] for part in parts if part.get("blending") is not None), None)
    return None if blending is None else refusals.blending(type_name(blending))


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
            return refusals.repeated_augmentation("RepeatAugDataset")
        if dataset.get("multi_class"):
            return refusals.multi_label("train_dataloader.dataset.multi_class")
        clips = max((step.get("num_clips", 1) for step in dataset.get("pipeline") or [] if hasattr(step, "get")), default=1)
        if clips > 1 and type_name(config.model) in _ROW_OF_EACH_CLIP:
            return refusals.several_clips(clips, type_name(config.model))
    return None


_CHECKS: tuple[Callable[[Config], str | None], ...] = (_training, _loop, _model, _blending, _data)
