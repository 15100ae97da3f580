"""The purification state of a checkpoint: written as tensors, checked before any of it is taken over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from d2sp_mm.errors import DataError
from d2sp_mm.io.saved_state import require_keys


def to_tensors(state: Any) -> Any:
    """Replace every numpy array by a tensor of its own, so that ``torch.load(weights_only=True)`` takes it."""
    if isinstance(state, dict):
        return {name: to_tensors(value) for name, value in state.items()}
    if isinstance(state, np.ndarray):
        return torch.from_numpy(state.copy())
    return state


def to_arrays(state: Any) -> Any:
    """The inverse of :func:`to_tensors`."""
    if isinstance(state, dict):
        return {name: to_arrays(value) for name, value in state.items()}
    if isinstance(state, torch.Tensor):
        return state.cpu().numpy()
    return state


_WHAT = "the checkpoint's purification state"
#: What each entry must be.
_KINDS: dict[str, tuple[type, ...]] = {
    "version": (int,),
    "ledger": (Mapping,),
    "rounds_done": (Mapping,),
    "learner": (Mapping, type(None)),
}


def check_resumed_state(state: Any, version: int) -> None:
    """Refuse a state that lacks an entry, has one of another kind, or is of a later version.

    Args:
        state: What the checkpoint holds.
        version: The latest that can be read.

    Raises:
        DataError: With the entry.

    Source:
        Our own.
    """
    if not isinstance(state, Mapping):
        raise DataError(f"{_WHAT} is a {type(state).__name__}; the file is damaged.")
    require_keys(state, _KINDS, _WHAT)
    for name, kinds in _KINDS.items():
        if not isinstance(state[name], kinds) or isinstance(state[name], bool):
            raise DataError(f"{_WHAT}: {name} is a {type(state[name]).__name__}; the file is damaged.")
    if state["version"] > version:
        raise DataError(f"{_WHAT} has version {state['version']}, this d2sp_mm reads up to {version}; update d2sp_mm.")
    rounds = state["rounds_done"].values()
    if not all(isinstance(done, int) and done >= 0 for done in rounds):
        raise DataError(f"{_WHAT}: rounds_done is {dict(state['rounds_done'])}; the file is damaged.")
