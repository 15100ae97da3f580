"""Whether a checkpoint fits on the disk, before hours are spent."""

from __future__ import annotations

import shutil
from pathlib import Path

from mmengine.hooks import CheckpointHook
from mmengine.runner import Runner

from d2sp_mm.errors import WriteError
from d2sp_mm.ledger import Ledger


def check_free_space(runner: Runner, ledger: Ledger) -> None:
    """Refuse to train where not even one checkpoint fits beside what is there.

    Args:
        runner: The runner, with its model built.
        ledger: The ledger that goes into the checkpoint.

    Raises:
        WriteError: If the disk that checkpoints go to has less space than the weights and the ledger take; the optimizer's
            state, which comes on top, is not counted.

    Source:
        Our own.
    """
    hook = next((hook for hook in runner.hooks if isinstance(hook, CheckpointHook)), None)
    if hook is None or runner.epoch >= runner.max_epochs:
        return
    folder = Path(hook.out_dir or runner.work_dir).absolute()
    if "://" in str(hook.out_dir):
        return
    weights = sum(tensor.numel() * tensor.element_size() for tensor in runner.model.state_dict().values())
    needed = weights + len(ledger) * ledger.bytes_per_sample
    free = shutil.disk_usage(next(parent for parent in (folder, *folder.parents) if parent.exists())).free
    if free < needed:
        setting = "default_hooks.checkpoint.out_dir" if hook.out_dir else "work_dir"
        raise WriteError(
            f"{setting}={str(folder)!r}: a checkpoint takes {needed / 1e6:,.1f} MB at least and {free / 1e6:,.1f} MB are "
            "free; free some, or name another folder."
        )
