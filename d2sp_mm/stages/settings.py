"""Stages from their settings, and the settings of stages."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from d2sp_mm.errors import ConfigError
from d2sp_mm.ledger.history import OVERRIDE
from d2sp_mm.stages import baselines
from d2sp_mm.stages.coarse_pruning import CoarsePruning
from d2sp_mm.stages.doubtful_label_pruning import DoubtfulLabelPruning
from d2sp_mm.stages.fine_correction import FineCorrection
from d2sp_mm.stages.pruning import UNDECODABLE
from d2sp_mm.stages.random_pruning import RandomPruning
from d2sp_mm.stages.stage import Stage

#: Classes of stages by their name.
Kinds = Mapping[str, Any]
#: Those of this package.
STAGES: Kinds = {
    **{kind.__name__: kind for kind in (CoarsePruning, DoubtfulLabelPruning, FineCorrection, RandomPruning)},
    **{name: getattr(baselines, name) for name in baselines.__all__},
}


def build_stage(name: str, settings: Mapping[str, Any], kinds: Kinds = STAGES) -> Stage:
    """Build a stage from its config.

    Args:
        name: What the user calls it, for the message.
        settings: Its config, with a ``type``: a class, or a name with or without the scope before it.
        kinds: The stages that there are, by name.

    Raises:
        ConfigError: If a setting is unknown or cannot work.
    """
    where = f"default_hooks.purification.stages.{name}"
    if not isinstance(settings, Mapping):
        raise ConfigError(f"{where}={settings!r} is no dict(type=..., ...); write one, or None to leave the stage out.")
    if name in (UNDECODABLE, OVERRIDE) or "/" in name:
        raise ConfigError(f"{where}: the ledger has such names for other decisions; call the stage something else.")
    asked = settings.get("type", "")
    kind = asked if isinstance(asked, type) else kinds.get(str(asked).rpartition(".")[2])
    if kind is None:
        raise ConfigError(
            f"{where}.type: the stage {asked!r} is unknown; there are {', '.join(sorted(kinds))}."
        )
    known = {field.name for field in dataclasses.fields(kind)} if dataclasses.is_dataclass(kind) else None
    unknown = sorted(set(settings) - {"type"} - known) if known else []
    if unknown:
        raise ConfigError(
            f"{where}: {kind.__name__} has no setting {unknown[0]!r}; it has "
            f"{', '.join(sorted(known or ()))}."
        )
    stage: Stage = kind(**{setting: value for setting, value in settings.items() if setting != "type"})
    return stage


def stage_settings(stages: Mapping[str, Stage]) -> dict[str, dict[str, Any]]:
    """The configs that :func:`build_stages` builds these stages from, with every setting."""
    return {
        name: {"type": type(stage).__name__, **(dataclasses.asdict(stage) if dataclasses.is_dataclass(stage) else {})}
        for name, stage in stages.items()
    }


def build_stages(
    stages: Mapping[str, Stage | Mapping[str, Any] | None], kinds: Kinds = STAGES
) -> dict[str, Stage]:
    """Build all stages of a config, in the order in which they decide after the same epoch.

    Args:
        stages: Their configs by name, or stages; None leaves one out.
        kinds: The stages that there are, by name.

    Returns:
        The stages by :attr:`Stage.priority`, then by name: what a config says in another order, or in the order that
        MMEngine writes its keys in, decides the same.

    Raises:
        ConfigError: If a setting is unknown or cannot work.
    """
    built = {
        name: stage if isinstance(stage, Stage) else build_stage(name, stage, kinds)
        for name, stage in stages.items()
        if stage is not None
    }
    return dict(sorted(built.items(), key=lambda item: (item[1].priority, item[0])))
