"""Bridge: MMEngine cannot take over the processes of Slurm on a machine without a GPU.

In MMEngine 0.10.7 ``init_dist`` for ``--launcher slurm`` calls ``torch.cuda.set_device`` whatever the backend, as it does
for torchrun. The bridge gives the process the variables that torchrun would have set, from Slurm's; what
:mod:`d2sp_mm.compat.cpu_distributed` does for torchrun then does the rest. It looks at the command line, because Slurm's
variables alone do not tell a process of many from a script that only stands in a job. It does nothing where an
accelerator is there.

Upstream: no issue that we know of; the lines are ``_init_dist_slurm`` in ``mmengine/dist/utils.py``.
"""

from __future__ import annotations

import os
import subprocess
import sys

from d2sp_mm.compat.installed import cpu_is_the_device
from d2sp_mm.errors import ConfigError

_FROM_SLURM = {"RANK": "SLURM_PROCID", "WORLD_SIZE": "SLURM_NTASKS", "LOCAL_RANK": "SLURM_LOCALID"}
#: MMEngine's default.
_PORT = "29500"


def needed() -> bool:
    """Tell whether the command line asks for Slurm's processes, this is one, and there is no accelerator."""
    if "RANK" in os.environ or not all(name in os.environ for name in _FROM_SLURM.values()):
        return False
    return _asked_for(sys.argv) and cpu_is_the_device()


def apply() -> None:
    """Set torchrun's variables from Slurm's.

    Source: ``_init_dist_slurm`` of MMEngine 0.10.7, whose variables and port these are.
    """
    if not needed():
        return
    os.environ.update({ours: os.environ[slurms] for ours, slurms in _FROM_SLURM.items()})
    os.environ.setdefault("MASTER_PORT", _PORT)
    if "MASTER_ADDR" not in os.environ:
        os.environ["MASTER_ADDR"] = _first_host()


def _asked_for(arguments: list[str]) -> bool:
    return "--launcher=slurm" in arguments or ("--launcher", "slurm") in zip(arguments, arguments[1:])


def _first_host() -> str:
    nodes = os.environ.get("SLURM_STEP_NODELIST") or os.environ.get("SLURM_NODELIST") or ""
    if os.environ.get("SLURM_NNODES", "1") == "1" or not nodes:
        return "127.0.0.1"
    try:
        done = subprocess.run(["scontrol", "show", "hostnames", nodes], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ConfigError(f"scontrol cannot name the hosts of {nodes!r} ({error}); set MASTER_ADDR.") from error
    return done.stdout.split()[0]
