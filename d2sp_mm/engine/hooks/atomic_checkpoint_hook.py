"""Checkpoints that appear whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mmengine import dist
from mmengine.fileio import LocalBackend, register_backend
from mmengine.hooks import CheckpointHook
from mmengine.runner import Runner

from d2sp_mm.engine.hooks import atomic_checkpoint_hook as atomic_backend
from d2sp_mm.io.whole_files import atomic_write, remove_leftovers
from d2sp_mm.registry import HOOKS

#: Its name among MMEngine's backends.
NAME = "d2sp_mm_atomic"


class AtomicLocalBackend(LocalBackend):
    """MMEngine's backend of the local disk, which writes beside and renames.

    Source:
        ``mmengine/fileio/backends/local_backend.py``, whose ``put`` opens the file itself, so that a process that is killed
        meanwhile, or a full disk, leaves a part of a checkpoint under the name of a whole one.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write the bytes.

        Raises:
            WriteError: If they cannot be written; an older file of that name is untouched then.
        """
        atomic_write(filepath, obj)


class LateRemovalBackend(AtomicLocalBackend):
    """The same, but what is to be removed stays until :meth:`remove_now`.

    Args:
        remember: Called with the files that are to go, whenever they change: a process that is killed before they have gone
            must find them again.
    """

    def __init__(self, remember: Callable[[list[str]], None]) -> None:
        super().__init__()
        self._remember = remember
        self._doomed: list[str] = []

    def remove(self, filepath: str | Path) -> None:
        """Remember the file as one to remove."""
        self._doomed.append(str(filepath))
        self._remember(list(self._doomed))

    def remove_now(self, but: set[str]) -> None:
        """Remove what was remembered.

        Args:
            but: Files that have been written anew meanwhile and stay.
        """
        for path in self._doomed:
            if path not in but and self.isfile(path):
                super().remove(path)
        self._doomed = []
        self._remember([])


register_backend(NAME, AtomicLocalBackend, force=True)


#: Entry of the message hub, and so of a checkpoint, for files that go once it has been written.
_DOOMED = "doomed_checkpoints"


@HOOKS.register_module()
class AtomicCheckpointHook(CheckpointHook):
    """MMEngine's ``CheckpointHook``, safe against a process that is killed and a disk that is full.

    A checkpoint is written beside and renamed, as is ``last_checkpoint``, which names it; and what it replaces (the oldest
    one, the best one so far) is removed after it has been written, not before. So the disk must hold one more than
    ``max_keep_ckpts``. On anything but a local disk it is the stock hook.

    Args:
        interval: Every how many epochs a checkpoint is written; never if -1.
        **kwargs: The other arguments of ``CheckpointHook``.

    Raises:
        WriteError: While training, if a checkpoint cannot be written; those before it are untouched.

    Source:
        ``mmengine/hooks/checkpoint_hook.py`` of MMEngine 0.10.7; it changes when and how files are written, not which.
    """

    def __init__(self, interval: int = -1, **kwargs: Any) -> None:
        super().__init__(interval, **kwargs)
        self._late: LateRemovalBackend | None = None

    def before_train(self, runner: Runner) -> None:
        """Write through the backend that renames, where checkpoints go to a local disk, and clear up after a killed run."""
        super().before_train(runner)
        # MMEngine has no types; what is read here is declared nowhere.
        stock: Any = self
        if stock.file_client_args is None and stock.backend_args is None and type(stock.file_backend) is LocalBackend:
            hub = runner.message_hub
            self._late = self.file_backend = LateRemovalBackend(lambda doomed: hub.update_info(_DOOMED, doomed))
            self.backend_args = {"backend": atomic_backend.NAME}
            if dist.is_main_process():
                remove_leftovers(runner.work_dir)
                remove_leftovers(stock.out_dir)
                self._remove_doomed(hub.runtime_info.get(_DOOMED) or [], Path(stock.out_dir))

    def _remove_doomed(self, doomed: list[str], folder: Path) -> None:
        """Remove what a run that was killed meanwhile had still to remove; of another folder, nothing."""
        assert self._late is not None
        for path in doomed:
            if Path(path).parent == folder:
                self._late.remove(path)
        self._remove_now()

    def _save_checkpoint_with_step(self, runner: Runner, step: int, meta: dict[str, Any]) -> None:
        if self._late is None:
            super()._save_checkpoint_with_step(runner, step, meta)
            return
        with tempfile.TemporaryDirectory() as elsewhere:
            super()._save_checkpoint_with_step(_WritesElsewhere(runner, elsewhere), step, meta)
        if dist.is_main_process():
            atomic_write(Path(runner.work_dir) / "last_checkpoint", str(self.last_ckpt).encode("utf-8", "surrogateescape"))
        self._remove_now()

    def _save_best_checkpoint(self, runner: Runner, metrics: dict[str, Any]) -> None:
        super()._save_best_checkpoint(runner, metrics)
        self._remove_now()

    def _remove_now(self) -> None:
        if self._late is not None:
            best = [getattr(self, "best_ckpt_path", None), *getattr(self, "best_ckpt_path_dict", {}).values()]
            self._late.remove_now({str(path) for path in (self.last_ckpt, *best)})


class _WritesElsewhere:
    """A runner, but for the folder in which MMEngine's hook empties ``last_checkpoint`` before it writes it."""

    def __init__(self, runner: Runner, folder: str) -> None:
        self._runner = runner
        self.work_dir = folder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runner, name)
