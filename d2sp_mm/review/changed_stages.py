"""The stages of a recorded run with other settings."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from d2sp_mm.engine.registered_stages import build_stages
from d2sp_mm.errors import ConfigError
from d2sp_mm.stages import Stage


def changed_stages(stages: Mapping[str, Mapping[str, Any]], settings: Mapping[str, Any]) -> dict[str, Stage]:
    """Build stages after changing some settings.

    Args:
        stages: Settings of each stage by its name.
        settings: New values by ``stage`` (a dictionary, or None to take the stage out) or ``stage.setting``; a stage that is
            not there is added if its ``type`` is among them.

    Raises:
        ConfigError: A setting is unknown or cannot work, or a new stage has no type.
    """
    changed = {name: copy.deepcopy(dict(stage)) for name, stage in stages.items()}
    for path, value in settings.items():
        name, _, setting = path.partition(".")
        if setting:
            changed.setdefault(name, {})[setting] = value
        elif value is None:
            changed.pop(name, None)
        elif isinstance(value, Mapping):
            changed[name] = dict(value)
        else:
            stage, known = path if path in changed else next(iter(changed), "prune"), ", ".join(stages) or "the run has none"
            raise ConfigError(
                f"--set {path}={value!r}: name a stage ({known}) and a setting of it, such as {stage}.rate=.05, or "
                f"{stage}=None to leave it out."
            )
    without = sorted(name for name, stage in changed.items() if "type" not in stage)
    if without:
        raise ConfigError(
            f"--set {without[0]}...: the run has no stage {without[0]!r}, only {', '.join(stages) or 'none'}; change one of "
            f"those, or add one with {without[0]}.type=d2sp_mm.CoarsePruning."
        )
    return build_stages(changed)
