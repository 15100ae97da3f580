"""Where tools, configs and recipes lie: beside the package in a clone, inside it where it was installed."""

from __future__ import annotations

from pathlib import Path

import d2sp_mm
from d2sp_mm.errors import ConfigError


def find_home() -> Path:
    """Return the folder that holds ``tools/`` and ``configs/``: the repository's root, or what a package carries for MIM.

    Raises:
        ConfigError: If there is no such folder.

    Source:
        The layout of ``.mim`` is openmim's.
    """
    package = Path(d2sp_mm.__file__).resolve().parent
    for home in (package.parent, package / ".mim"):
        if (home / "tools" / "train.py").is_file() and (home / "configs" / "d2sp").is_dir():
            return home
    raise ConfigError(f"neither {package.parent} nor {package / '.mim'} holds tools/ and configs/; install d2sp_mm anew.")


def recipe_folder() -> Path:
    """Where the recipes are that the package brings."""
    return find_home() / "configs" / "_base_" / "purification"


def recipe_names() -> list[str]:
    """The names of the recipes that the package brings, sorted."""
    return sorted(path.stem for path in recipe_folder().glob("*.py"))
