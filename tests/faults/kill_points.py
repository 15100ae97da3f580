"""Places in a run at which it kills itself, each hard to hit by chance."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mmengine.fileio import LocalBackend
from mmengine.runner import Runner

from d2sp_mm.engine.hooks import purification_hook
from d2sp_mm.engine.hooks.atomic_checkpoint_hook import LateRemovalBackend
from d2sp_mm.io import whole_files as atomic_write
from d2sp_mm.runs import run_files as outputs
from tests.faults.processes import MARK, kill_family


def _die() -> None:
    kill_family(os.environ[MARK])


def _replace(owner: Any, name: str, instead: Callable[..., Any], when: int, matches: Callable[..., bool]) -> None:
    """Let the ``when``-th call of a function (from 1) that matches be another one, which is to kill the run."""
    real, seen = getattr(owner, name), [0]

    def call(*args: Any, **kwargs: Any) -> Any:
        seen[0] += matches(*args)
        if seen[0] == when and matches(*args):
            instead(real, *args, **kwargs)
            _die()
        return real(*args, **kwargs)

    setattr(owner, name, call)


def _half(real: Any, target: Path, content: bytes) -> None:
    target.with_name(f".{target.name}.killed00.d2sp-tmp").write_bytes(content[: len(content) // 2])


def _half_in_place(real: Any, backend: Any, content: bytes, path: str) -> None:
    Path(path).write_bytes(content[: len(content) // 2])


def _then_empty_last_checkpoint(real: Any, runner: Runner, *args: Any, **kwargs: Any) -> None:
    real(runner, *args, **kwargs)
    # What MMEngine's hook does next, up to its first half.
    open(Path(runner.work_dir) / "last_checkpoint", "w").close()


def _nothing(real: Any, *args: Any, **kwargs: Any) -> None:
    """The call is not made."""


def _made(real: Any, *args: Any, **kwargs: Any) -> None:
    real(*args, **kwargs)


def _named(end: str) -> Callable[..., bool]:
    return lambda *args: any(str(arg).endswith(end) for arg in args if isinstance(arg, (str, Path)))


def _always(*args: Any) -> bool:
    return True


#: Point -> what is patched, by what, which calls count, and how many of them a run makes.
POINTS: dict[str, tuple[Any, str, Callable[..., Any], Callable[..., bool], int]] = {
    "half of a checkpoint is written": (atomic_write, "_write", _half, _named(".pth"), 6),
    "a checkpoint is written, not renamed": (os, "replace", _nothing, _named(".pth"), 6),
    "half of a checkpoint is written in place (MMEngine's own hook)": (LocalBackend, "put", _half_in_place, _always, 6),
    "a checkpoint is there, last_checkpoint is empty": (
        Runner, "save_checkpoint", _then_empty_last_checkpoint, _always, 6
    ),
    "a checkpoint is there, validation has not begun": (Runner, "save_checkpoint", _made, _always, 6),
    "a checkpoint is named, the one before is not removed": (LateRemovalBackend, "remove_now", _nothing, _always, 6),
    "a decision is taken, not logged": (purification_hook, "log_decision", _nothing, _always, 2),
    "a decision is logged, its files are not written": (purification_hook, "log_decision", _made, _always, 2),
    "the ledger is written, the list of decisions is not": (outputs, "write_ledger_table", _made, _always, 4),
    "the purified annotation is written, not renamed": (os, "replace", _nothing, _named("_purified.txt"), 4),
}  # fmt: skip


def arm(point: str, when: int) -> None:
    """Let this process and its run die at a point, the ``when``-th time (from 1) that it is come by."""
    owner, name, instead, matches, _ = POINTS[point]
    _replace(owner, name, instead, when, matches)
