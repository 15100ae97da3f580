"""Whether model and loaders can be built, and a batch goes through the model."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope
from mmengine.runner import Runner

from d2sp_mm.doctor.finding import Finding
from d2sp_mm.recipes.classifier import strip_pretrained
from d2sp_mm.recipes.read_config import scope_of

#: Clips that are taken through the model: two, because batch normalisation cannot train on one.
_CLIPS = 2


def check_model(config: Config) -> list[Finding]:
    """Build the loaders and the model, and take a few training clips through it, on the CPU and without weights.

    Args:
        config: A purified config whose lists can be read.

    Source:
        Our own.
    """
    loaders = {name: _build_loader(config, name) for name in ("train", "val", "test")}
    findings = [finding for _, found in loaders.values() for finding in found]
    train_loader = loaders["train"][0]
    with DefaultScope.overwrite_default_scope(scope_of(config)), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # A model that initialises itself while it is built says so for every layer.
        MMLogger.get_current_instance().setLevel("ERROR")
        try:
            model = MODELS.build(strip_pretrained(config.model.to_dict()))
        # Models raise what they like; that is the finding.
        except Exception as error:
            what = f"the model cannot be built: {type(error).__name__}: {error}"
            return [*findings, Finding("fail", what, "mend the settings of model")]
        if train_loader is None:
            return findings
        try:
            dataset = train_loader.dataset
            batch = train_loader.collate_fn([dataset[position] for position in range(min(_CLIPS, len(dataset)))])
            model.train()
            inputs = model.data_preprocessor(batch, training=True)
            losses = model(**inputs, mode="loss")
            total = sum(value.sum() for name, value in losses.items() if "loss" in name)
        except Exception as error:
            what = f"{_CLIPS} training clips do not go through the model: {type(error).__name__}: {error}"
            advice = (
                "compare the pipeline (frames, size, FormatShape) with model.backbone, its channels with "
                "model.cls_head, and "
                "train_dataloader.collate_fn with model.data_preprocessor (MMAction2's stacks lists itself)"
            )
            return [*findings, Finding("fail", what, advice)]
    parameters = sum(parameter.numel() for parameter in model.parameters())
    if not torch.isfinite(torch.as_tensor(total)):
        findings.append(
            Finding("fail", f"the loss of {_CLIPS} training clips is {float(total)}", "check normalisation and labels")
        )
    return [
        *findings,
        Finding("ok", f"{_CLIPS} training clips give a loss; the model has {parameters / 1e6:.1f} M parameters"),
    ]


def _build_loader(config: Config, name: str) -> tuple[Any, list[Finding]]:
    """The loader of a list, whose processes are not started, or None and why it cannot be built."""
    loader = config.get(f"{name}_dataloader")
    if loader is None:
        return None, []
    try:
        with DefaultScope.overwrite_default_scope(scope_of(config)):
            return Runner.build_dataloader(loader, seed=0), []
    except Exception as error:
        what = f"{name}_dataloader cannot be built: {type(error).__name__}: {error}"
        return None, [Finding("fail", what, "mend its settings")]
