"""Refusing a saved state that lacks something, by its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from d2sp_mm.errors import DataError


def require_keys(state: Mapping[str, Any], required: Iterable[str], what: str) -> None:
    """Refuse a state that lacks an entry.

    Args:
        state: The state as it was read.
        required: The entries that it must have.
        what: What it is the state of, for the message.

    Raises:
        DataError: If one is missing; it names all that are.

    Source:
        After ``Serializable`` of PyTorch-Ignite (``base/mixins.py``), whose state declares the keys that it requires.
    """
    missing = [name for name in required if name not in state]
    if missing:
        raise DataError(f"{what} lacks {missing}; it is damaged or of another version.")
