"""The config of one training run of a benchmark, as a file that tools/train.py takes."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict

from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.benchmark.noisy_set import NoisySet
from d2sp_mm.experiments.benchmark.suite import DataSet, Method
from d2sp_mm.experiments.protocol.decode_once import decode_once_options
from d2sp_mm.experiments.protocol.scored import tested_epochs
from d2sp_mm.paths import find_home
from d2sp_mm.recipes import check_hook, purify_config, read_config
from d2sp_mm.recipes.passes import Passes
from d2sp_mm.recipes.read_config import read_recipe
from d2sp_mm.recipes.unsupported import type_name

_HOOK = "default_hooks.purification."
#: Settings of the hook that are the data set's, not the method's.
_OF_THE_SET = ("classifier", "max_undecodable")


def base_config(data_set: DataSet) -> Config:
    """The config of a data set with the suite's options, as the plain run has it."""
    own = find_home() / "configs" / data_set.config
    config = read_config(str(own) if own.is_file() else data_set.config)
    config.merge_from_dict(dict(data_set.options))
    return config


def run_config(
    data_set: DataSet,
    noisy: NoisySet,
    ann_file: Path,
    seed: int,
    hook: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
) -> Config:
    """The config of one run.

    It tests after each of :func:`tested_epochs`, keeps the last checkpoint only, and decodes a video once for all runs
    on the noisy set.

    Args:
        data_set: What the suite says of the set.
        noisy: The noisy set, for where its clips and its test set are.
        ann_file: The training annotation.
        seed: Seed of the training.
        hook: Config of the purification hook.
        options: Values of the config by dotted names, which come last.

    Raises:
        ConfigError: The config cannot be purified, or the hook's settings cannot work with it.
    """
    config = base_config(data_set)
    if (config.get("default_hooks") or {}).get("purification") is None:
        config = purify_config(config, "none")
    config.default_hooks.purification = ConfigDict({**_of_the_set(config), **hook})
    _set_data(training_set(config), ann_file, noisy.data_prefix)
    # The training script evaluates on val; what counts here is the test set.
    config.test_dataloader.dataset.update(noisy.test)
    config.val_dataloader, config.val_evaluator = (copy.deepcopy(config[f"test_{x}"]) for x in ("dataloader", "evaluator"))
    config.train_cfg.update(val_begin=tested_epochs(config.train_cfg.max_epochs)[0], val_interval=1)
    config.default_hooks.checkpoint.update(interval=config.train_cfg.max_epochs, max_keep_ckpts=1, save_best=None)
    config.randomness = dict(seed=seed)
    config.merge_from_dict(decode_once_options(config, noisy.record.parent / "frames"))
    config.merge_from_dict(dict(options or {}))
    check_hook(config)
    return config


def training_set(config: Config) -> ConfigDict:
    """The dataset that reads the training annotation, inside all wrappers.

    Raises:
        ConfigError: There are several.
    """
    dataset = config.train_dataloader.dataset
    while "ann_file" not in dataset:
        inner = dataset.get("dataset")
        if inner is None:
            raise ConfigError(
                f"{config.filename}: train_dataloader has a {type_name(dataset)}; a benchmark plants noise into one "
                "annotation file, so name a config with one dataset."
            )
        dataset = inner
    return dataset


def recipe_hook(recipe: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The hook's config of a recipe, with values by dotted names below ``default_hooks.purification``."""
    config = Config(dict(default_hooks=dict(purification=read_recipe(recipe))))
    config.merge_from_dict(_changes(options))
    return config.default_hooks.purification.to_dict()


def chain_of(config: Config, method: Method) -> Passes:
    """What ``tools/purify.py`` makes of a method.

    Args:
        config: The config of the plain run.
        method: A method of the protocol ``passes``.

    Raises:
        ConfigError: The recipe cannot work with the config, or with so many passes.
    """
    changes = _changes({**_of_the_set(config), **method.options})
    return Passes(config, method.recipe, changes, method.settings.get("passes"))


def _of_the_set(config: Config) -> dict[str, Any]:
    """What a user had to say of the head or of broken clips; it holds for every method."""
    said = (config.get("default_hooks") or {}).get("purification") or {}
    return {name: said[name] for name in _OF_THE_SET if name in said}


def _changes(options: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{_HOOK}{name}": value for name, value in options.items()}


def _set_data(dataset: ConfigDict, ann_file: Path, data_prefix: Mapping[str, str] | None) -> None:
    dataset.ann_file = str(ann_file)
    # A root would be put before the annotation's path as well.
    root = dataset.pop("data_root", None)
    if root and data_prefix is None:
        data_prefix = {key: str(Path(root) / path) for key, path in dataset.get("data_prefix", {}).items()}
    if data_prefix is not None:
        dataset.data_prefix = dict(data_prefix)
