"""State as it stands in a checkpoint: nested dictionaries of tensors, numbers and strings."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


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
