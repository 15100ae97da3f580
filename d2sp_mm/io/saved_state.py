"""Saved states, checked by the entry that is at fault before any of it is taken over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

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


_WHAT = "the saved ledger"


def saved_array(
    state: Mapping[str, Any], name: str, dtype: npt.DTypeLike, shape: tuple[int | None, ...], low: float = -np.inf,
    high: float = np.inf,
) -> npt.NDArray[Any]:  # fmt: skip
    """An array of the state, not a copy of it.

    Args:
        state: The state.
        name: Its entry.
        dtype: What it is to be; an array of another kind is refused.
        shape: What it must have; None stands for any length.
        low: Least value that it may hold, but for NaN.
        high: What all values lie below.

    Raises:
        DataError: If it is no such array.
    """
    found = state[name]
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "biuf":
        raise DataError(f"{_WHAT}: {name} is no array of numbers; the file is damaged.")
    if found.ndim != len(shape) or any(n not in (None, m) for n, m in zip(shape, found.shape)):
        wanted = tuple("any" if n is None else n for n in shape)
        raise DataError(
            f"{_WHAT}: {name} has the shape {found.shape}, this run's is {wanted}; resume with the annotation "
            "of the saved run."
        )
    if found.dtype != dtype:
        raise DataError(f"{_WHAT}: {name} holds {found.dtype}, not {np.dtype(dtype)}; the file is damaged.")
    if found.dtype.kind in "iu" and found.size and (found.min() < low or found.max() >= high):
        raise DataError(f"{_WHAT}: {name} runs from {found.min()} to {found.max()}, outside [{low:g}, {high:g}).")
    return found


def saved_number(state: Mapping[str, Any], name: str) -> int:
    """A whole number of at least 0.

    Raises:
        DataError: If the entry is none.
    """
    found = state[name]
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise DataError(f"{_WHAT}: {name} is {str(found)[:60]!r}, no whole number of at least 0; the file is damaged.")
    return found


def saved_text(state: Mapping[str, Any], name: str) -> str:
    """A string.

    Raises:
        DataError: If the entry is none.
    """
    found = state[name]
    if not isinstance(found, str):
        raise DataError(f"{_WHAT}: {name} is a {type(found).__name__}, no string; the file is damaged.")
    return found
