"""Bridge: MMAction2's wheel and sdist lack the folder of the localizer DRN.

``mmaction.models.localizers`` imports ``.drn.drn``, which neither archive of 1.2.0 holds, so that
``import mmaction.models`` fails and with it every recognizer.

Upstream: https://github.com/open-mmlab/mmaction2/issues/2714
"""

from __future__ import annotations

import importlib
import sys
import types

from d2sp_mm.compat.installed import module_file_exists, module_installed

_PACKAGE = "mmaction.models.localizers.drn"
_MODULE = f"{_PACKAGE}.drn"


def needed() -> bool:
    """Tell whether MMAction2 is installed, lacks the file, and nobody has supplied the module."""
    return (
        module_installed("mmaction")
        and _MODULE not in sys.modules
        and not module_file_exists("mmaction", "models/localizers/drn/drn.py")
    )


def apply() -> None:
    """Put a stand-in where MMAction2 looks for the module; its class ``DRN`` says what is missing when built.

    Source: our own.
    """
    if not needed():
        return
    placeholder = importlib.import_module("d2sp_mm.compat.drn_placeholder")
    package = types.ModuleType(_PACKAGE, "Stand-in for a folder that MMAction2's wheel lacks.")
    package.__path__ = []
    package.drn = placeholder  # type: ignore[attr-defined]
    sys.modules[_PACKAGE] = package
    sys.modules[_MODULE] = placeholder
