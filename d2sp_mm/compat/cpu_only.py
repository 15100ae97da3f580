"""Tell a machine on which MMEngine can only compute on the CPU."""

from __future__ import annotations

import importlib

from d2sp_mm.compat.installed import module_installed


def cpu_is_the_device() -> bool:
    """Tell whether MMEngine would place a model on the CPU.

    Returns:
        False also where torch or MMEngine are not installed: there is nothing to bridge then.

    Source: ``mmengine.device.get_device`` is what the Runner itself asks.
    """
    if not (module_installed("torch") and module_installed("mmengine")):
        return False
    return bool(importlib.import_module("mmengine.device").get_device() == "cpu")
