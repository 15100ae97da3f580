"""Refusing hyper-parameters that cannot work, by name and value."""

from __future__ import annotations

import math
from typing import Any

from d2sp_mm.errors import ConfigError


def check_share(owner: object, name: str, value: Any, *, low_open: bool = True, high_open: bool = True) -> None:
    """Refuse a value that is no number in the unit interval, whose ends are open or closed as said."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    low_ok = is_number and (value > 0 if low_open else value >= 0)
    high_ok = is_number and (value < 1 if high_open else value <= 1)
    if not (low_ok and high_ok):
        interval = f"{'(' if low_open else '['}0, 1{')' if high_open else ']'}"
        raise ConfigError(f"{_name(owner)}: {name}={value!r} must be a share in {interval}.")


def check_count(owner: object, name: str, value: Any, low: int) -> None:
    """Refuse a value that is no integer of at least ``low``."""
    if not isinstance(value, int) or isinstance(value, bool) or value < low:
        raise ConfigError(f"{_name(owner)}: {name}={value!r} must be a whole number of at least {low}.")


def _name(owner: object) -> str:
    """What the message calls the owner: a name as it is, anything else by its class."""
    return owner if isinstance(owner, str) else type(owner).__name__
