"""Finding a recipe by its name or its path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mmengine.config import Config

from d2sp_mm.errors import ConfigError
from d2sp_mm.home import recipe_folder, recipe_names


def read_recipe(name: str) -> dict[str, Any]:
    """The settings of the purification hook.

    Args:
        name: One of :func:`recipe_names`, or the path of a config file whose ``default_hooks.purification`` is meant.

    Raises:
        ConfigError: If there is no such recipe, or the file has no purification hook.

    Returns:
        The config of :class:`d2sp_mm.engine.PurificationHook`.

    Source:
        Our own.
    """
    own = name.endswith(".py")
    path = Path(name) if own else recipe_folder() / f"{name}.py"
    if not path.is_file():
        raise ConfigError(
            f"recipe {name!r} is unknown; choose one of {', '.join(recipe_names())}, or give the path of a config file "
            "(it ends in .py) with default_hooks.purification."
        )
    hook = Config.fromfile(str(path), import_custom_modules=False).get("default_hooks", {}).get("purification")
    if hook is None:
        raise ConfigError(
            f"recipe {name!r}: {path} has no default_hooks.purification; it must set "
            "default_hooks=dict(purification=dict(type='d2sp_mm.PurificationHook', stages=dict(...)))."
        )
    return hook.to_dict()
