"""Reading a config by its path or by the package that carries it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from mmengine.config import Config

from d2sp_mm.errors import ConfigError


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
