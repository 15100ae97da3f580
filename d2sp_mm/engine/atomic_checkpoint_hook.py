"""The checkpoint hook that never leaves a part of a checkpoint, nor none."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from mmengine import dist
from mmengine.fileio import LocalBackend
from mmengine.hooks import CheckpointHook
from mmengine.runner import Runner

from d2sp_mm.annotations.atomic_write import atomic_write, remove_leftovers
from d2sp_mm.engine import atomic_backend
from d2sp_mm.engine.atomic_backend import LateRemovalBackend
from d2sp_mm.registry import HOOKS

#: Entry of the message hub, and so of a checkpoint, for files that go once it has been written.
_DOOMED = "doomed_checkpoints"


@HOOKS.register_module()
class AtomicCheckpointHook(CheckpointHook):
    """MMEngine's ``CheckpointHook``, safe against a process that is killed and a disk that is full.

    A checkpoint is written beside and renamed, as is ``last_checkpoint``, which names it; and what it replaces (the oldest
    one, the best one so far) is removed after it has been written, not before. So room is needed for one more than
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
