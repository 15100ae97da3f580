"""Bridge: importing MMCV's transformer warns where MMCV has no compiled operators.

``mmcv-lite`` lacks them on purpose, and no recognizer that we know of needs the one that the warning names
(``MultiScaleDeformableAttention``); two lines of it stood before whatever a tool had to say. The bridge drops this warning
and no other, and only where the operators are missing.

Upstream: ``mmcv/cnn/bricks/transformer.py`` of MMCV 2.1.0.
"""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path

from d2sp_mm.compat.installed import module_installed

_MESSAGE = "Fail to import ``MultiScaleDeformableAttention``"


def needed() -> bool:
    """Tell whether MMCV is there without its operators, and the warning is not dropped yet."""
    spec = importlib.util.find_spec("mmcv") if module_installed("mmcv") else None
    folders = (spec.submodule_search_locations if spec is not None else None) or []
    if not folders or any(True for folder in folders for _ in Path(folder).glob("_ext*")):
        return False
    return not any(action == "ignore" and found and found.pattern == _MESSAGE for action, found, *_ in warnings.filters)


def apply() -> None:
    """Ignore the warning.

    Source: our own.
    """
    if needed():
        warnings.filterwarnings("ignore", message=_MESSAGE)
