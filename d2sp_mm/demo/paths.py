"""Paths as a person would type them on a command line."""

from __future__ import annotations

import os
from pathlib import Path

from d2sp_mm.errors import ConfigError

#: MMEngine's ``--cfg-options`` drops blanks and quotes, and takes the others for lists and tuples.
_SPECIAL = set(" ,()[]'\"")


def typed_path(path: Path) -> str:
    """Return a path relative to the current folder where it lies in it, else absolute.

    Args:
        path: Any path. Links are not followed: the interpreter of an environment is one.

    Returns:
        The path.
    """
    absolute, here = Path(os.path.abspath(path)), Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)


def option_path(path: Path) -> str:
    """Return a path as the value of one of ``--cfg-options``.

    Args:
        path: Any path.

    Returns:
        The same as :func:`typed_path`.

    Raises:
        ConfigError: It holds a character that ``--cfg-options`` cannot carry.
    """
    typed = typed_path(path)
    found = sorted(_SPECIAL & set(typed))
    if found:
        raise ConfigError(
            f"demo: the path {typed!r} holds {' '.join(map(repr, found))}, which MMEngine's --cfg-options cannot carry; "
            "name another folder by out"
        )
    return typed
