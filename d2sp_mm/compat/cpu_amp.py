"""Bridge: ``--amp`` on a machine without a GPU ends in a bare assertion.

MMEngine's AmpOptimWrapper asserts that an accelerator is there, when training starts, and its message names neither the
flag nor a way out. The bridge raises our own error there instead. It does not compute in bfloat16 on the CPU:
MMAction2's heads turn the scores into numpy arrays, which have no such type.

Upstream: https://github.com/open-mmlab/mmpretrain/issues/1556 (the same assertion, met from another package)
"""

from __future__ import annotations

import importlib

from d2sp_mm.compat.installed import cpu_is_the_device

_NAME = "AmpOptimWrapper"


def needed() -> bool:
    """Tell whether no accelerator is there and the registry still holds MMEngine's class."""
    if not cpu_is_the_device():
        return False
    # MMEngine registers its own wrappers when this package is imported; before, there is nothing to replace.
    importlib.import_module("mmengine.optim")
    registry = importlib.import_module("mmengine.registry")
    return registry.OPTIM_WRAPPERS.module_dict.get(_NAME) is not _refusal()


def apply() -> None:
    """Register, under the wrapper's name, one that says what to do when built.

    Source: our own.
    """
    if needed():
        registry = importlib.import_module("mmengine.registry")
        registry.OPTIM_WRAPPERS.register_module(name=_NAME, module=_refusal(), force=True)


def _refusal() -> type:
    module = importlib.import_module("d2sp_mm.compat.cpu_amp_refusal")
    return module.CPUAmpOptimWrapper
