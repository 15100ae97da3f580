"""What a check has found."""

from __future__ import annotations

from dataclasses import dataclass

#: ``fail``: training would stop or be worthless. ``warn``: it would run, but perhaps not as meant.
LEVELS = ("ok", "warn", "fail")


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report.

    Args:
        level: One of ``LEVELS``.
        what: What was found, with setting and value.
        advice: What to do about it; empty if nothing.
    """

    level: str
    what: str
    advice: str = ""
