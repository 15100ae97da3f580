"""Bridge: MMEngine formats the whole config again for each checkpoint.

``Config.pretty_text`` of MMEngine 0.10.7 has yapf format the config on every call: a second for a config of ours on one
core. A run calls it four times at its start and once for every checkpoint, though the text stays the same, which makes
frequent checkpoints of a small network cost more than its training. The bridge remembers the last texts.

Upstream: no issue that we know of; the call is in ``mmengine/config/config.py``, and the one of checkpoints in
``Runner.save_checkpoint``.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from d2sp_mm.compat.installed import module_installed

_NAME = "FormatCode"
#: A run has one config, a tool that compares a few has few.
_TEXTS = 8


def needed() -> bool:
    """Tell whether MMEngine is installed and its config module calls yapf itself."""
    if not module_installed("mmengine"):
        return False
    module = importlib.import_module("mmengine.config.config")
    return hasattr(module, _NAME) and not hasattr(getattr(module, _NAME), "__wrapped__")


def apply() -> None:
    """Put a function that remembers in the place of yapf's, in MMEngine's config module only.

    Source: our own.
    """
    if needed():
        module = importlib.import_module("mmengine.config.config")
        setattr(module, _NAME, _remembering(getattr(module, _NAME)))


def _remembering(format_code: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[tuple[str, str], Any] = {}

    @functools.wraps(format_code)
    def remember(text: str, *args: Any, **kwargs: Any) -> Any:
        key = (text, repr((args, sorted(kwargs.items()))))
        if key not in known:
            formatted = format_code(text, *args, **kwargs)
            if len(known) >= _TEXTS:
                known.pop(next(iter(known)))
            known[key] = formatted
        return known[key]

    return remember
