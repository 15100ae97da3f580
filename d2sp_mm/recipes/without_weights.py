"""The config of a model that loads nothing while it is built."""

from __future__ import annotations

from typing import Any

#: Settings by which MMAction2's backbones load weights in their constructors or ask for them.
_WEIGHTS = {"pretrained": None, "pretrained2d": False, "clip_pretrained": False}


def without_weights(part: Any) -> Any:
    """The same config with nothing to load, for looking at a model; ``init_cfg`` stays, which only ``init_weights`` reads.

    Args:
        part: The config of a model, or a part of it.

    Source:
        Our own, from the backbones of MMAction2 1.2.0.
    """
    if isinstance(part, dict):
        return {key: _WEIGHTS.get(key, without_weights(value)) for key, value in part.items()}
    # Some necks assert that a setting is a tuple.
    return type(part)(map(without_weights, part)) if isinstance(part, (list, tuple)) else part
