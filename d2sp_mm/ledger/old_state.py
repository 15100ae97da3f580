"""Ledgers that were saved by earlier versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def upgraded(state: Mapping[str, Any]) -> dict[str, Any]:
    """A saved ledger as the present version saves it.

    Version 1 kept probabilities sample by sample in half precision, and labels, counts and scores in 64 bits. What is
    missing or of another kind stays as it is, for the reader to name.

    Args:
        state: The state of :meth:`Ledger.state`, of any version.

    Source:
        Our own.
    """
    found = dict(state)
    version = found.get("version")
    if not isinstance(version, int) or version != 1:
        return found
    probs = found.get("observations/probs")
    if isinstance(probs, np.ndarray) and probs.ndim == 3:
        classes = probs.shape[2]
        labels = np.int16 if classes <= np.iinfo(np.int16).max else np.int32
        found.update({"num_classes": classes, "observations/bits": 16})
        found["observations/probs"] = np.ascontiguousarray(probs.transpose(0, 2, 1))
        kinds: dict[str, tuple[Any, Any]] = {"corrected_labels": (np.int64, labels), "undecodable": (np.int64, np.uint16)}
        kinds.update({name: (np.float64, np.float32) for name in found if name.startswith("scores/")})
        for name, (old, new) in kinds.items():
            if isinstance(found.get(name), np.ndarray) and found[name].dtype == old:
                found[name] = found[name].astype(new)
    return found
