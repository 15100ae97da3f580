"""Bridge: MMEngine cannot start a distributed run on the CPU.

In MMEngine 0.10.7 ``init_dist`` calls ``torch.cuda.set_device`` whatever the backend, and ``Runner.wrap_model`` hands
``device_ids`` to DistributedDataParallel, which refuses them for a model on the CPU. Both stop a run of
``torchrun --nproc_per_node=2 tools/train.py CONFIG --launcher pytorch`` on a machine without a GPU.

The bridge opens a gloo group first, which the Runner then takes as it is, and lets the Runner wrap models in
``CPUDistributedDataParallel``. The Runner names its default wrapper as a global of its own module and not through the
registry, so that this one name is bound anew; setting ``model_wrapper_cfg`` in the config instead would make MMEngine
ignore the user's ``find_unused_parameters``. All this happens only in a process that torchrun has started and that has
no accelerator, where the stock code can only raise.

For Slurm, :mod:`d2sp_mm.compat.slurm_on_cpu` sets torchrun's variables first.

Upstream: no issue that we know of; the lines are ``_init_dist_pytorch`` in ``mmengine/dist/utils.py`` and
``wrap_model`` in ``mmengine/runner/runner.py``.
"""

from __future__ import annotations

import atexit
import contextlib
import datetime
import importlib
import os
import sys
from typing import Any

from d2sp_mm.compat.installed import cpu_is_the_device

_TORCHRUN_VARIABLES = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
_SECONDS_TO_LEAVE = 20
_WRAPPER_NAME = "MMDistributedDataParallel"


def needed() -> bool:
    """Tell whether torchrun started this process, no accelerator is there, and the bridge is not yet in place."""
    if not all(name in os.environ for name in _TORCHRUN_VARIABLES) or not cpu_is_the_device():
        return False
    distributed = importlib.import_module("torch.distributed")
    return bool(distributed.is_available()) and not (distributed.is_initialized() and _wrapper_in_place())


def apply() -> None:
    """Open the gloo group that torchrun's variables describe, and make the Runner's default wrapper fit for the CPU.

    It returns once every process of the group has come. A group that was opened here is closed when Python ends.

    Source: our own.
    """
    if not needed():
        return
    distributed = importlib.import_module("torch.distributed")
    if not distributed.is_initialized():
        distributed.init_process_group(backend="gloo")
        atexit.register(_close_group)
    wrapper = _wrapper()
    registry = importlib.import_module("mmengine.registry")
    registry.MODEL_WRAPPERS.register_module(name=_WRAPPER_NAME, module=wrapper, force=True)
    setattr(importlib.import_module("mmengine.runner.runner"), _WRAPPER_NAME, wrapper)


def leave_at_once() -> None:
    """Let this process leave the group without waiting for the others, which wait for it: it ends by an error.

    Python itself tells of an error that nobody caught; call this where one is caught and ends the process.

    Source: our own.
    """
    sys.last_value = RuntimeError("the process ends by an error that was caught")


def _close_group() -> None:
    """Close the group: MMEngine closes none, and gloo threads that outlive Python abort the process at times."""
    distributed = importlib.import_module("torch.distributed")
    if not distributed.is_initialized():
        return
    if not hasattr(sys, "last_value"):
        _wait_for_others(distributed)
    distributed.destroy_process_group()


def _wait_for_others(distributed: Any) -> None:
    """Wait until all are at this point, but not for ever: one may have failed.

    Through the group's store, whose limit of time holds; that of ``monitored_barrier`` does not on any rank but the first.
    """
    store = distributed.distributed_c10d._get_default_store()
    names = [f"d2sp_mm/leaves/{rank}" for rank in range(distributed.get_world_size())]
    # The first to see all names may be gone, and the store with it, before the others have looked.
    with contextlib.suppress(RuntimeError):
        store.set(names[distributed.get_rank()], "")
        store.wait(names, datetime.timedelta(seconds=_SECONDS_TO_LEAVE))


def _wrapper() -> type:
    module = importlib.import_module("d2sp_mm.compat.cpu_distributed_wrapper")
    return module.CPUDistributedDataParallel


def _wrapper_in_place() -> bool:
    return getattr(importlib.import_module("mmengine.runner.runner"), _WRAPPER_NAME) is _wrapper()
