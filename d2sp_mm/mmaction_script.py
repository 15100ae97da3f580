"""The training and test scripts that MMAction2's package carries for MIM."""

from __future__ import annotations

import argparse
import ast
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any


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
