"""Whole numbers in files from elsewhere."""

from __future__ import annotations

#: Far above any class index or epoch, and safe in every integer type.
MOST = 2**31 - 1


def whole_number(text: str) -> int | None:
    """The number that a field holds, from 0 to ``MOST``; None where it holds anything else.

    Args:
        text: The field, without white space around it.
    """
    # Python reads other alphabets' digits as well, and refuses thousands of digits with an error of its own.
    if not (text.isascii() and text.isdecimal() and len(text.lstrip("0")) <= len(str(MOST))):
        return None
    number = int(text.lstrip("0") or "0")
    return number if number <= MOST else None
