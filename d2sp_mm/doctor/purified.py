"""The config as it would train: purified, if it is not so already."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from mmengine.config import Config

from d2sp_mm.doctor.finding import Finding
from d2sp_mm.errors import ConfigError
from d2sp_mm.recipes.purify_config import check_hook, purify_config, stock_form
from d2sp_mm.recipes.read_config import split_options, with_names
from d2sp_mm.recipes.unsupported import reason_to_refuse, type_name


def purified_form(
    config: Config, recipe: str | None, options: Mapping[str, Any] | None = None
) -> tuple[Config | None, list[Finding]]:
    """The config that would train, and whether purification can work with it.

    Args:
        config: A config, purified or not.
        recipe: The recipe that is meant; None takes the config's own, or ``d2sp`` where it has none.
        options: Values by dotted names, as ``--cfg-options`` has them.

    Returns:
        The purified config, or None where it cannot be had; and the findings.

    Source:
        Our own.
    """
    own = (config.get("default_hooks") or {}).get("purification") is not None
    before, changes = split_options(options)
    config = with_names(config)
    config = Config(copy.deepcopy(config._cfg_dict), filename=config.filename)
    config.merge_from_dict({**before, **changes} if own and recipe is None else before)
    try:
        if own and recipe is None:
            reason = reason_to_refuse(stock_form(config))
            if reason is not None:
                return None, [Finding("fail", f"the config cannot be purified: {reason}")]
            check_hook(config)
            return config, [
                Finding("ok", "the config has a recipe of its own (default_hooks.purification)"),
                *_parts(config),
            ]
        purified = purify_config(config, recipe or "d2sp", changes)
    except ConfigError as error:
        return None, [Finding("fail", str(error))]
    return purified, [Finding("ok", f"recipe {recipe or 'd2sp'!r} can purify the config")]


def _parts(config: Config) -> list[Finding]:
    """Parts of purification that a config written by hand may lack."""
    loader, head = config.train_dataloader, config.model.cls_head
    wanted = {
        "train_dataloader.dataset": (loader.dataset, "IndexedDataset"),
        "train_dataloader.sampler": (loader.get("sampler") or {}, "PurifiedSampler"),
        "model.cls_head.loss_cls": (head.get("loss_cls") or {}, "ObservingCrossEntropyLoss"),
    }
    return [
        Finding("fail", f"{name}.type={type_name(part)!r}", f"the purification hook needs type='d2sp_mm.{kind}' there")
        for name, (part, kind) in wanted.items()
        if type_name(part) != kind
    ]
