"""Options of the command line: those of the config as it stands, and those of the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OF_THE_RECIPE = "default_hooks.purification."


def split_options(options: Mapping[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part ``--cfg-options`` into what is merged before a config is purified, and what after.

    Args:
        options: Values by dotted names; None if there are none.

    Returns:
        The options of the config as the user wrote it, and those of the recipe (``default_hooks.purification...``).

    Source:
        Our own.
    """
    changes = {name: value for name, value in (options or {}).items() if name.startswith(_OF_THE_RECIPE)}
    return {name: value for name, value in (options or {}).items() if name not in changes}, changes
