"""Finding and killing all processes of one run, in whatever session or group they are."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

#: Variable of the environment by which a run's processes know each other; children inherit it.
MARK = "D2SP_FAULT_RUN"


def family(mark: str) -> list[int]:
    """Numbers of the living processes of a run.

    torchrun starts each rank in a session of its own, so that killing its process group leaves the ranks training.
    """
    wanted = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):
                # A process that has ended but was not waited for has an empty environment.
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found


def kill_family(mark: str) -> None:
    """Kill them all as the machine's end would, this process last if it is one of them."""
    own = os.getpid()
    while others := [process for process in family(mark) if process != own]:
        for process in others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.01)
    if os.environ.get(MARK) == mark:
        os.kill(own, signal.SIGKILL)
