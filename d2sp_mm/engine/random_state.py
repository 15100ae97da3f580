"""The state of the random generators."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch

from d2sp_mm.errors import DataError
from d2sp_mm.io.saved_state import require_keys

State = dict[str, Any]


def capture() -> State:
    """The state of Python's, numpy's and torch's global generators, as tensors and numbers."""
    version, internal, gauss = random.getstate()
    legacy = np.random.get_state(legacy=False)
    state: State = {
        "python": {"version": version, "internal": torch.tensor(internal, dtype=torch.int64), "gauss": gauss},
        "numpy": {
            "name": str(legacy["bit_generator"]),
            "key": torch.from_numpy(legacy["state"]["key"].astype(np.int64)),
            "position": int(legacy["state"]["pos"]),
            "has_gauss": int(legacy["has_gauss"]),
            "cached": float(legacy["gauss"]),
        },
        "torch": torch.get_rng_state(),
    }
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def restore(state: State) -> None:
    """Put the generators back to a captured state.

    Raises:
        DataError: If an entry is missing or damaged.
    """
    try:
        _restore(state)
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"the saved state of the random generators is damaged ({type(error).__name__}: {error}).") from error


def _restore(state: State) -> None:
    require_keys(state, ("python", "numpy", "torch"), "the saved state of the random generators")
    python, numpy_state = state["python"], state["numpy"]
    random.setstate((python["version"], tuple(python["internal"].tolist()), python["gauss"]))
    key = numpy_state["key"].cpu().numpy().astype(np.uint32)
    np.random.set_state((numpy_state["name"], key, numpy_state["position"], numpy_state["has_gauss"], numpy_state["cached"]))
    torch.set_rng_state(state["torch"].cpu())
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"].cpu())
