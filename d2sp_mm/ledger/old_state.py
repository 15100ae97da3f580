"""Ledgers that were saved by earlier versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.ledger.required_keys import require_keys


def upgraded(state: Mapping[str, Any]) -> dict[str, Any]:
    """A saved ledger as the present version saves it.

    Version 1 kept probabilities sample by sample in half precision, and labels, counts and scores in 64 bits. What is
    missing or of another kind stays as it is, for the reader to name.

    Args:
        state: The state of :meth:`Ledger.state`, of any version.

    Raises:
        DataError: If a ledger of version 1 has no probabilities.

    Source:
        Our own.
    """
    found = dict(state)
    version = found.get("version")
    if not isinstance(version, int) or version != 1:
        return found
    require_keys(found, ["observations/probs"], "the saved ledger")
    probs = found["observations/probs"]
    if not isinstance(probs, np.ndarray) or probs.ndim != 3:
        raise DataError("the saved ledger: observations/probs has not three dimensions; the file is damaged.")
    classes = probs.shape[2]
    labels = np.int16 if classes <= np.iinfo(np.int16).max else np.int32
    found.update({"version": 2, "num_classes": classes, "observations/bits": 16})
    found["observations/probs"] = np.ascontiguousarray(probs.transpose(0, 2, 1))
    kinds: dict[str, tuple[Any, Any]] = {"corrected_labels": (np.int64, labels), "undecodable": (np.int64, np.int16)}
    kinds.update({name: (np.float64, np.float32) for name in found if name.startswith("scores/")})
    for name, (old, new) in kinds.items():
        values = found.get(name)
        if not isinstance(values, np.ndarray) or values.dtype != old:
            continue
        # What the new kind cannot hold is for the reader to refuse.
        if new is np.float32 or not values.size or (values.min() >= 0 and values.max() <= np.iinfo(new).max):
            found[name] = values.astype(new)
    return found
