"""Puts the stages, which know no registry, into the registry, and builds them from configs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from d2sp_mm.errors import ConfigError
from d2sp_mm.registry import STAGES
from d2sp_mm.stages import CoarsePruning, DoubtfulLabelPruning, FineCorrection, RandomPruning, Stage, peers

_OURS = (CoarsePruning, DoubtfulLabelPruning, FineCorrection, RandomPruning)
for _stage in (*_OURS, *(getattr(peers, name) for name in peers.__all__)):
    STAGES.register_module(module=_stage)


def build_stage(name: str, settings: Mapping[str, Any]) -> Stage:
    """Build a stage from its config.

    Args:
        name: What the user calls it, for the message.
        settings: Its config, with a ``type``.

    Raises:
        ConfigError: If a setting is unknown or cannot work.
    """
    where = f"default_hooks.purification.stages.{name}"
    if not isinstance(settings, Mapping):
        raise ConfigError(f"{where}={settings!r} is no dict(type=..., ...); write one, or None to leave the stage out.")
    asked = settings.get("type", "")
    kind = asked if isinstance(asked, type) else STAGES.get(str(asked).rpartition(".")[2])
    if kind is None:
        raise ConfigError(
            f"{where}.type: the stage {asked!r} is unknown; there are {', '.join(sorted(STAGES.module_dict))}."
        )
    known = {field.name for field in dataclasses.fields(kind)} if dataclasses.is_dataclass(kind) else None
    unknown = sorted(set(settings) - {"type"} - known) if known else []
    if unknown:
        raise ConfigError(
            f"{where}: {kind.__name__} has no setting {unknown[0]!r}; it has "
            f"{', '.join(sorted(known or ()))}."
        )
    stage: Stage = STAGES.build({"_scope_": "d2sp_mm", **settings})
    return stage


def stage_settings(stages: Mapping[str, Stage]) -> dict[str, dict[str, Any]]:
    """The configs that :func:`build_stages` builds these stages from, with every setting."""
    return {
        name: {"type": type(stage).__name__, **(dataclasses.asdict(stage) if dataclasses.is_dataclass(stage) else {})}
        for name, stage in stages.items()
    }


def build_stages(stages: Mapping[str, Stage | Mapping[str, Any] | None]) -> dict[str, Stage]:
    """Build all stages of a config, in the order in which they decide after the same epoch.

    Args:
        stages: Their configs by name, or stages; None leaves one out.

    Returns:
        The stages by :attr:`Stage.turn`, then by name: what a config says in another order, or in the order that MMEngine
        writes its keys in, decides the same.

    Raises:
        ConfigError: If a setting is unknown or cannot work.
    """
    built = {
        name: stage if isinstance(stage, Stage) else build_stage(name, stage)
        for name, stage in stages.items()
        if stage is not None
    }
    return dict(sorted(built.items(), key=lambda item: (item[1].turn, item[0])))
