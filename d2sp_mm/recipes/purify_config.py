"""The transform from an MMAction2 config to one that purifies."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping
from typing import Any

from mmengine.config import Config, ConfigDict

from d2sp_mm.engine import PurificationHook
from d2sp_mm.engine.registered_stages import build_stages
from d2sp_mm.errors import ConfigError
from d2sp_mm.recipes.classifier import name_classifier
from d2sp_mm.recipes.read_config import read_recipe, with_names
from d2sp_mm.recipes.unsupported import reason_to_refuse, type_name


def purify_config(config: Config, recipe: str, changes: Mapping[str, Any] | None = None) -> Config:
    """A config that trains as the given one does, and purifies its training set meanwhile.

    The train dataset is wrapped from outside, whatever wrappers it has; sampler and cross entropy are replaced with their
    arguments kept; the hook is put into ``default_hooks``, with the name of the head's last linear layer where weights are
    learned, and so is the one for an exact resume. The checkpoint hook is replaced by its like that writes whole files only.
    A recipe that the config has is replaced. Test and validation are left alone.

    Args:
        config: A config of MMAction2; left as it is.
        recipe: Name of a recipe, or path of a config file of the user's own: see :func:`read_recipe`.
        changes: Values of the purified config by their dotted names, as ``--cfg-options`` has them.

    Returns:
        A new config with nothing behind it: it can be written, read and trained as any other.

    Raises:
        ConfigError: If there is no such recipe, or the config cannot be purified, or its schedule is too short for a stage,
            or weights are to be learned and the head has no linear layer that classifies; with the reason and the way out.

    Source:
        Our own.
    """
    config = stock_form(with_names(config))
    reason = reason_to_refuse(config)
    if reason is not None:
        raise ConfigError(f"{config.filename or 'the config'} cannot be purified: {reason}")
    purified = Config(copy.deepcopy(config._cfg_dict), filename=config.filename)
    loader, head = purified.train_dataloader, purified.model.cls_head
    loader.dataset = ConfigDict(type="d2sp_mm.IndexedDataset", dataset=loader.dataset)
    loader.sampler = _sampler(loader.get("sampler") or {})
    head.loss_cls = ConfigDict({**(head.get("loss_cls") or {}), "type": "d2sp_mm.ObservingCrossEntropyLoss"})
    hooks = {"purification": read_recipe(recipe), "exact_resume": {"type": "d2sp_mm.ExactResumeHook"}}
    purified.default_hooks = ConfigDict({**(purified.get("default_hooks") or {}), **hooks})
    # Where there is none, MMEngine puts this one.
    checkpoint = purified.default_hooks.setdefault("checkpoint", ConfigDict(type="CheckpointHook", interval=1))
    if type_name(checkpoint) == "CheckpointHook":
        checkpoint.type = "d2sp_mm.AtomicCheckpointHook"
    purified.custom_imports = _imports(config.get("custom_imports") or {})
    purified.merge_from_dict(dict(changes or {}))
    check_hook(purified)
    name_classifier(purified)
    return purified


def stock_form(config: Config) -> Config:
    """The config without the parts of purification, as far as it has them; itself if it has none.

    Args:
        config: A config, purified or not; left as it is.
    """
    if (config.get("default_hooks") or {}).get("purification") is None:
        return config
    stock = Config(copy.deepcopy(config._cfg_dict), filename=config.filename)
    del stock.default_hooks["purification"]
    loader = stock.get("train_dataloader")
    if hasattr(loader, "get"):
        if type_name(loader.get("dataset")) == "IndexedDataset":
            loader.dataset = loader.dataset.dataset
        if type_name(loader.get("sampler") or {}) == "PurifiedSampler":
            loader.sampler.type = "DefaultSampler"
            loader.sampler.pop("epoch_length", None)
    head: Any = (stock.get("model") or {}).get("cls_head") or {}
    if type_name(head.get("loss_cls") or {}) == "ObservingCrossEntropyLoss":
        head.loss_cls.type = "CrossEntropyLoss"
    return stock


def check_purified(config: Config) -> None:
    """Refuse a config that has the hook already and cannot be purified as it stands, options of the command line included.

    Args:
        config: A config with the purification hook.

    Raises:
        ConfigError: As :func:`purify_config`.
    """
    reason = reason_to_refuse(stock_form(config))
    if reason is not None:
        raise ConfigError(f"{config.filename or 'the config'} cannot be purified: {reason}")
    check_hook(config)


def check_hook(config: Config) -> None:
    """Refuse settings of the hook that cannot work, before hours are spent on building.

    Args:
        config: A config with the purification hook.

    Raises:
        ConfigError: If the hook or a stage has no such setting, or the schedule is too short for a stage.

    Source:
        Our own.
    """
    hook = config.default_hooks.purification
    known = set(inspect.signature(PurificationHook).parameters) | {"type", "priority"}
    unknown = sorted(set(hook) - known)
    if unknown:
        raise ConfigError(
            f"default_hooks.purification: PurificationHook has no setting {unknown[0]!r}; it has "
            f"{', '.join(sorted(known - {'type'}))}."
        )
    max_epochs = config.train_cfg.get("max_epochs")
    for name, stage in build_stages(hook.get("stages") or {}).items():
        if max_epochs is not None:
            try:
                stage.decision_epochs(max_epochs)
            except ConfigError as error:
                raise ConfigError(
                    f"{config.filename or 'the config'} with max_epochs={max_epochs}: {error} The settings are those of "
                    f"default_hooks.purification.stages.{name}."
                ) from error


def _sampler(sampler: Any) -> ConfigDict:
    """``PurifiedSampler`` with what ``DefaultSampler`` was told; it always rounds up, so that ranks are equal."""
    kept = {name: value for name, value in sampler.items() if name not in ("type", "round_up")}
    return ConfigDict({"type": "d2sp_mm.PurifiedSampler", **kept})


def _imports(custom_imports: Any) -> ConfigDict:
    """The bridges for the defects of published packages come first."""
    imports = custom_imports.get("imports", [])
    before = [imports] if isinstance(imports, str) else [name for name in imports if name != "d2sp_mm.compat"]
    failing = custom_imports.get("allow_failed_imports", False)
    return ConfigDict(imports=["d2sp_mm.compat", *before], allow_failed_imports=failing)


def header_of(purified: Config, recipe: str) -> str:
    """A comment for the head of a written config: where it comes from, and what weights are learned from."""
    name = type_name(purified.model)
    lines = [f"# {name} of {purified.filename}, purified by the recipe {recipe!r} (tools/purify_config.py)."]
    width = name_classifier(purified)
    if width is not None:
        layer = purified.default_hooks.purification.classifier
        lines.append(f"# Clips are weighed by the {width} channels that cls_head.{layer} receives.")
    return "\n".join(lines) + "\n"
