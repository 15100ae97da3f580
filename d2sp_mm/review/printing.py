"""Printing keys, which are paths and need not be UTF-8."""

from __future__ import annotations

import io
import sys


def show_any_key() -> None:
    """Let the terminal show a byte that is no text as an escape, in place of ending with an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
