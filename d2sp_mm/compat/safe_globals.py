"""Bridge: torch 2.6 and later refuse to load the checkpoints that MMEngine writes.

``torch.load`` defaults to ``weights_only=True`` since 2.6, and MMEngine 0.10.7 leaves the default: ``--resume``,
``load_from`` and ``test.py`` fail on the message hub's HistoryBuffer and on numpy's types within it. We add exactly
those to torch's allow-list; everything else is still refused, and ``weights_only`` stays on.

Upstream: https://github.com/open-mmlab/mmengine/issues/1655
"""

from __future__ import annotations

import importlib
import pickle
from typing import Any

from d2sp_mm.compat.installed import module_installed, release_of

_FIRST_STRICT_TORCH = (2, 6)
_STATISTICS = ("min", "max", "current", "mean")


def needed() -> bool:
    """Tell whether this torch checks what it loads and does not yet know MMEngine's types."""
    release = release_of("torch")
    if release is None or release < _FIRST_STRICT_TORCH or not module_installed("mmengine"):
        return False
    serialization = importlib.import_module("torch.serialization")
    known = {_object_of(entry) for entry in serialization.get_safe_globals()}
    return any(_object_of(entry) not in known for entry in mmengine_globals())


def apply() -> None:
    """Add MMEngine's types to torch's allow-list.

    Source: ``torch.serialization.add_safe_globals`` as torch's own message advises.
    """
    if needed():
        importlib.import_module("torch.serialization").add_safe_globals(mmengine_globals())


def mmengine_globals() -> list[Any]:
    """List what MMEngine saves in a checkpoint besides tensors and plain Python values.

    These are the message hub's HistoryBuffer, the two arrays in it, and numpy scalars (a best score, a logged value).
    numpy 2 renamed the module that holds two of the functions, and a checkpoint names the one it was written with; both
    spellings lead to the same object, so that a checkpoint crosses from one numpy to the other. A HistoryBuffer also
    carries its statistics (``HistoryBuffer.mean`` and more), recorded by pickle as ``getattr(HistoryBuffer, 'mean')``;
    under that name we allow a function that knows these four and nothing else, never Python's own ``getattr``.

    Returns:
        Entries for ``torch.serialization.add_safe_globals``: types, or pairs of an object and its recorded name.

    Source: ``mmengine/logging/history_buffer.py`` and ``message_hub.py`` of MMEngine 0.10.7.
    """
    import numpy as np
    from mmengine.logging import HistoryBuffer

    # numpy.core warns under numpy 2, numpy._core does not exist under numpy 1.
    core = "numpy._core.multiarray" if int(np.__version__.split(".")[0]) >= 2 else "numpy.core.multiarray"
    multiarray = importlib.import_module(core)
    renamed = [
        (getattr(multiarray, name), f"{module}.{name}")
        for module in ("numpy.core.multiarray", "numpy._core.multiarray")
        for name in ("_reconstruct", "scalar")
    ]
    # Histories are float64 or the platform's integer; a metric may hand over a best score in float32.
    number_types = [type(np.dtype(kind)) for kind in (np.float64, np.float32, np.int64, np.int32)]
    return [HistoryBuffer, (statistic_of, "builtins.getattr"), np.ndarray, np.dtype, *number_types, *renamed]


def statistic_of(owner: Any, name: str) -> Any:
    """Return one of HistoryBuffer's own statistics; it stands in for ``getattr`` while a checkpoint is read.

    Args:
        owner: ``mmengine.logging.HistoryBuffer``.
        name: ``"min"``, ``"max"``, ``"current"`` or ``"mean"``.

    Returns:
        The method of that name.

    Raises:
        pickle.UnpicklingError: For any other object or name.

    Source: the statistics that MMEngine 0.10.7 registers in ``mmengine/logging/history_buffer.py``.
    """
    from mmengine.logging import HistoryBuffer

    if owner is not HistoryBuffer or name not in _STATISTICS:
        raise pickle.UnpicklingError(f"The checkpoint asks for {name!r} of {owner!r}, which is not allowed.")
    return getattr(owner, name)


def _object_of(entry: Any) -> Any:
    return entry[0] if isinstance(entry, tuple) else entry
