"""What stands in for MMAction2's VindLU models where their own needs are not installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from mmaction.registry import MODELS

from d2sp_mm.errors import ConfigError

_NAMES = ("VindLUVQA", "VindLURetrievalMC", "VindLURetrieval")


def register(missing: str) -> None:
    """Register, under the names of VindLU's models, functions that say what is missing.

    Args:
        missing: The module or name that VindLU could not import.

    Source: the same three names as ``mmaction/models/multimodal/__init__.py`` of MMAction2 1.2.0.
    """
    for name in _NAMES:
        MODELS.register_module(name=name, module=_placeholder(name, missing))


def _placeholder(name: str, missing: str) -> Callable[..., NoReturn]:
    def ask_install(*args: object, **kwargs: object) -> NoReturn:
        raise ConfigError(
            f"model type='{name}': VindLU needs '{missing}', which is not installed. Install timm and a release of "
            "transformers that has it; every other model works without them."
        )

    return ask_install
