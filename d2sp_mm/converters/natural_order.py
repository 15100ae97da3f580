"""Ordering and matching names that hold numbers, with or without leading zeros."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(\d+)")


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts ``2.jpg`` before ``10.jpg``.

    Args:
        name: A file's name.

    Returns:
        Its runs of digits as numbers and what is between them as text, comparable with every other key.
    """
    parts = (part for part in _NUMBER.split(name) if part)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def without_zeros(name: str) -> str:
    """The name with a number for each run of digits, so that ``00010`` and ``10`` are the same."""
    return _NUMBER.sub(lambda found: str(int(found.group())), name)
