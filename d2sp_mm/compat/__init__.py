"""Bridges over defects of the published packages that we stand on.

Importing this package applies every bridge that the environment needs, and no other. A config does it in one line,
before MMEngine builds anything::

    custom_imports = dict(imports=['d2sp_mm.compat'], allow_failed_imports=False)

``import d2sp_mm`` alone changes nothing and imports neither torch nor MMEngine.

Each bridge is a module with ``needed() -> bool`` and an idempotent ``apply() -> None``, and names the defect and where
it is known upstream.
"""

from __future__ import annotations

from d2sp_mm.compat import (
    byte_order_mark,
    cpu_amp,
    cpu_distributed,
    lite_warning,
    missing_drn,
    missing_importlib_metadata,
    safe_globals,
    slow_pretty_text,
    slurm_on_cpu,
    transformers_without_timm,
)

# The order matters: importing MMAction2's utilities and registries comes first, the models' stand-ins before the rest.
BRIDGES = (
    lite_warning,
    missing_importlib_metadata,
    missing_drn,
    transformers_without_timm,
    safe_globals,
    slow_pretty_text,
    byte_order_mark,
    slurm_on_cpu,
    cpu_distributed,
    cpu_amp,
)

#: Names of the bridges that were needed in this process.
APPLIED: set[str] = set()


def apply_all() -> None:
    """Apply every bridge whose defect is there; a second call changes nothing.

    Source: our own.
    """
    for bridge in BRIDGES:
        if bridge.needed():
            APPLIED.add(bridge.__name__)
            bridge.apply()


apply_all()
