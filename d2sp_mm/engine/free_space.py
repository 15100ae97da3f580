"""Whether there is room for a checkpoint, before hours are spent."""

from __future__ import annotations

import shutil

from mmengine.runner import Runner

from d2sp_mm.errors import WriteError
from d2sp_mm.ledger import Ledger


def check_free_space(runner: Runner, ledger: Ledger) -> None:
    """Refuse to train where not even one checkpoint has room beside what is there.

    Args:
        runner: The runner, with its model built.
        ledger: The ledger that goes into the checkpoint.

    Raises:
        WriteError: If the disk of the work dir has less room than the weights and the ledger take; the optimizer's state,
            which comes on top, is not counted.

    Source:
        Our own.
    """
    weights = sum(tensor.numel() * tensor.element_size() for tensor in runner.model.state_dict().values())
    needed = weights + len(ledger) * ledger.bytes_per_sample
    free = shutil.disk_usage(runner.work_dir).free
    if free < needed:
        raise WriteError(
            f"work_dir={runner.work_dir!r}: a checkpoint takes {needed / 1e6:,.1f} MB at least and {free / 1e6:,.1f} MB are "
            "free; free some, or name another --work-dir."
        )
