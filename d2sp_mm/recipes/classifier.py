"""Finding the layer that classifies, before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import DefaultScope

from d2sp_mm.engine.registered_stages import build_stages
from d2sp_mm.errors import ConfigError
from d2sp_mm.models.heads.feature_recorder import find_classifier
from d2sp_mm.recipes.read_config import scope_of
from d2sp_mm.recipes.unsupported import type_name

#: Settings by which MMAction2's backbones load weights in their constructors or ask for them.
_WEIGHTS = {"pretrained": None, "pretrained2d": False, "clip_pretrained": False}


def strip_pretrained(part: Any) -> Any:
    """The same config with nothing to load, for looking at a model; ``init_cfg`` stays, which only ``init_weights`` reads.

    Args:
        part: The config of a model, or a part of it.

    Source:
        Our own, from the backbones of MMAction2 1.2.0.
    """
    if isinstance(part, dict):
        return {key: _WEIGHTS.get(key, strip_pretrained(value)) for key, value in part.items()}
    # Some necks assert that a setting is a tuple.
    return type(part)(map(strip_pretrained, part)) if isinstance(part, (list, tuple)) else part


def name_classifier(config: Config) -> int | None:
    """Write into a purified config which layer of the head classifies, if a stage learns weights from what it receives.

    The head alone is built, on the CPU: it is small, and the backbone is not looked at.

    Args:
        config: A config with the purification hook; ``default_hooks.purification.classifier`` is set where it was not.

    Returns:
        Width of the feature that the layer receives; None if no stage learns weights.

    Raises:
        ConfigError: If the head cannot be built, has no such layer, or the config names one that is none.

    Source:
        Our own.
    """
    hook = config.default_hooks.purification
    stages: Mapping[str, Any] = hook.get("stages") or {}
    if not any(stage.uses_weights for stage in build_stages(stages).values()):
        return None
    try:
        with DefaultScope.overwrite_default_scope(scope_of(config)):
            head = MODELS.build(config.model.cls_head)
    # A head may raise what it likes while it is built.
    except Exception as error:
        raise ConfigError(
            f"model.cls_head.type={type_name(config.model.cls_head)!r} cannot be built ({type(error).__name__}: {error}); "
            "mend its settings, or name the module that registers it in custom_imports."
        ) from error
    path, layer = find_classifier(head, head.num_classes, hook.get("classifier"))
    hook.classifier = path
    return int(layer.in_features)
