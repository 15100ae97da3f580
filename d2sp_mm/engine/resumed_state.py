"""The purification state of a checkpoint: written as tensors, checked before any of it is taken over."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from mmengine.logging import print_log

from d2sp_mm.engine.weight_learner import WeightLearner
from d2sp_mm.errors import DataError
from d2sp_mm.io.saved_state import require_keys
from d2sp_mm.stages.purifier import Purifier

#: The latest version of the state that this d2sp_mm writes and reads.
VERSION = 1


def purification_state(purifier: Purifier, learner: WeightLearner | None) -> dict[str, Any]:
    """What a checkpoint holds of a run, for :func:`take_over`.

    Args:
        purifier: The purifier, with its ledger.
        learner: What learns the weights; None if nothing does.
    """
    return {
        "version": VERSION,
        "ledger": to_tensors(purifier.ledger.state()),
        "rounds_done": dict(purifier.rounds_done),
        "learner": None if learner is None else learner.state(),
    }


def take_over(state: Any, purifier: Purifier, learner: WeightLearner | None) -> None:
    """Take over the state of a resumed run, or say that there is none.

    Args:
        state: What the checkpoint holds, None if nothing.
        purifier: The purifier, with a new ledger; changes.
        learner: What learns the weights; changes. Where a stage was added, or has another score now, it starts afresh.

    Raises:
        DataError: The state lacks an entry, has one of another kind, is of a later version, or of another training set.
    """
    if state is None:
        print_log(
            "purification: the resumed checkpoint holds no purification state, so the ledger starts empty; stages decide as "
            "soon as their window is full.",
            "current",
            logging.WARNING,
        )
        return
    check_resumed_state(state)
    purifier.ledger.load(to_arrays(state["ledger"]))
    done = {name: rounds for name, rounds in state["rounds_done"].items() if name in purifier.stages}
    purifier.rounds_done.update(done)
    if learner is not None and state["learner"] is not None:
        learner.load(state["learner"])


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


def check_resumed_state(state: Any) -> None:
    """Refuse a state that lacks an entry, has one of another kind, or is of a later version.

    Args:
        state: What the checkpoint holds.

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
    if state["version"] > VERSION:
        raise DataError(f"{_WHAT} has version {state['version']}, this d2sp_mm reads up to {VERSION}; update d2sp_mm.")
    rounds = state["rounds_done"].values()
    if not all(isinstance(done, int) and done >= 0 for done in rounds):
        raise DataError(f"{_WHAT}: rounds_done is {dict(state['rounds_done'])}; the file is damaged.")
