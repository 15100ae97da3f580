"""Where tools, configs and recipes lie, and the scripts that MMAction2's package carries for MIM."""

from __future__ import annotations

import argparse
import ast
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

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


def mmaction_script(name: str) -> Path:
    """Path of one of MMAction2's own scripts.

    Args:
        name: ``train`` or ``test``.

    Raises:
        SystemExit: MMAction2 is not installed.

    Source:
        The layout of ``.mim`` is openmim's.
    """
    spec = find_spec("mmaction")
    if spec is None or spec.origin is None:
        raise SystemExit("MMAction2 is not installed; see the README, 'On your own config'.")
    return Path(spec.origin).parent / ".mim" / "tools" / f"{name}.py"


def help_if_asked(name: str, about: str | None) -> None:
    """Print the help of one of MMAction2's scripts and exit, if the command line asks for it; else do nothing.

    The script imports MMEngine's runner, and that torch, before it reads its arguments, which takes seconds. Its
    ``parse_args`` needs none of them, so here it runs by itself; where a later version of it needs more, nothing happens
    and the script answers in its own time.

    Args:
        name: ``train`` or ``test``.
        about: What to print before.

    Source:
        Our own.
    """
    if not {"-h", "--help"} & set(sys.argv[1:]):
        return
    print(about or "")
    tree = ast.parse(mmaction_script(name).read_text())
    own: list[ast.stmt] = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "parse_args"]
    # The help names options; it does not act on any.
    names: dict[str, Any] = {"argparse": argparse, "os": os, "DictAction": argparse.Action}
    exec(compile(ast.Module(own, []), name, "exec"), names)
    try:
        names["parse_args"]()
    except (KeyError, NameError):
        return
