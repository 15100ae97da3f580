"""Reading a config or a recipe by its path or by the package that carries it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mmengine.config import Config

from d2sp_mm.errors import ConfigError
from d2sp_mm.paths import recipe_folder, recipe_names


def read_config(name: str) -> Config:
    """Read a config file.

    Args:
        name: A path, or ``package::path`` for one that an installed package carries for MIM, such as
            ``mmaction::recognition/tsn/tsn_imagenet-pretrained-r50_8xb32-1x1x3-100e_kinetics400-rgb.py``. A missing ``.py``
            is added.

    Returns:
        The config, with its file's name.

    Raises:
        ConfigError: If the package or the file is not there.

    Source:
        The notation is that of MMEngine's ``_base_``; its ``hub.get_config`` wants a metafile and may install packages.
    """
    package, separator, inside = name.partition("::")
    path = Path(name)
    if separator:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise ConfigError(f"config {name!r}: no package {package!r} is installed.")
        path = Path(spec.origin).parent / ".mim" / "configs" / inside
    if path.suffix not in (".py", ".json", ".yaml", ".yml"):
        path = path.with_name(f"{path.name}.py")
    if not path.is_file():
        raise ConfigError(f"config {name!r}: there is no file {path}.")
    return Config.fromfile(str(path))


def with_names(config: Config) -> Config:
    """The same config with classes replaced by their names: those in MMEngine's Python style (``read_base``) hold classes.

    Args:
        config: A config of either style; left as it is. One that holds names already is returned itself.
    """
    if not getattr(config, "_imported_names", None):
        return config
    return Config(config.to_dict(), filename=config.filename)


def scope_of(config: Config) -> str:
    """The scope in which the names of a config are looked up; configs in the Python style say None."""
    return config.get("default_scope") or "mmaction"


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
