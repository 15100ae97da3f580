"""Paths as values of MMEngine's --cfg-options."""

from __future__ import annotations

from pathlib import Path

from d2sp_mm.errors import ConfigError
from d2sp_mm.protocol.typed_path import typed_path

#: MMEngine's ``--cfg-options`` drops blanks and quotes, and takes the others for lists and tuples.
_SPECIAL = set(" ,()[]'\"")


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
