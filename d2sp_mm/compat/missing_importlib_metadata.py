"""Bridge: MMAction2 imports ``importlib_metadata`` and does not declare it.

``mmaction.utils.dependency`` of MMAction2 1.2.0 imports the backport, which its wheel does not require; without it
``import mmaction.models`` raises ModuleNotFoundError. The standard library has had the same two names since Python 3.8.

Upstream: no issue that we know of; the line is https://github.com/open-mmlab/mmaction2/blob/v1.2.0/mmaction/utils/dependency.py#L6
"""

from __future__ import annotations

import importlib
import importlib.metadata
import sys

from d2sp_mm.compat.installed import module_installed

_BACKPORT = "importlib_metadata"
_CALLER = "mmaction.utils.dependency"


def needed() -> bool:
    """Tell whether MMAction2 is installed, its importing module not loaded yet, and the backport absent."""
    return module_installed("mmaction") and _CALLER not in sys.modules and not module_installed(_BACKPORT)


def apply() -> None:
    """Import MMAction2's module while the standard library stands in for the backport.

    The stand-in is taken away again, so that other packages which look for the real backport still see that it is
    absent.

    Source: our own.
    """
    if not needed():
        return
    sys.modules[_BACKPORT] = importlib.metadata
    try:
        importlib.import_module(_CALLER)
    finally:
        del sys.modules[_BACKPORT]
