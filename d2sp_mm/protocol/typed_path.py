"""Paths as a person would type them on a command line."""

from __future__ import annotations

import os
from pathlib import Path


def typed_path(path: Path) -> str:
    """Return a path relative to the current folder where it lies in it, else absolute.

    Args:
        path: Any path. Links are not followed: the interpreter of an environment is one.

    Returns:
        The path.
    """
    absolute, here = Path(os.path.abspath(path)), Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)
