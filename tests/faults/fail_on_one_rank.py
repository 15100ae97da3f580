"""A run of which one rank alone raises.

RANK=... WORLD_SIZE=... python tests/faults/fail_on_one_rank.py FOLDER ANN_FILE RANK WHERE
"""

from __future__ import annotations

import sys
from pathlib import Path
from unittest import mock

from mmengine import dist
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from d2sp_mm.compat.cpu_distributed import leave_at_once
from d2sp_mm.errors import DataError, WriteError
from tests.faults.train_tiny import config_of


class Fail(Hook):
    """Raises in the third iteration, or at the end of the second epoch before the ranks meet."""

    priority = "HIGH"

    def __init__(self, where: str) -> None:
        self.where = where

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if self.where == "iteration" and runner.iter == 2:
            raise DataError("this rank fails alone")

    def after_train_epoch(self, runner):
        if self.where == "epoch" and runner.epoch == 1:
            raise DataError("this rank fails alone")


def main() -> None:
    folder, ann_file, rank, where = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    config = config_of(folder, ann_file)
    config.update(launcher="pytorch", env_cfg=dict(dist_cfg=dict(backend="gloo")))
    runner = Runner.from_cfg(Config(config))
    failing = dist.get_rank() == rank
    if failing:
        runner.register_hook(Fail(where))
    full = mock.patch(
        "d2sp_mm.runs.run_files.write_ledger_table", side_effect=WriteError("this rank fails alone: no space left")
    )
    try:
        with full if failing and where == "files" else mock.MagicMock():
            runner.train()
    except (DataError, WriteError) as error:
        # As tools/train.py ends; another script of the user's may not tell.
        if "--tells" in sys.argv:
            leave_at_once()
        raise SystemExit(f"train: {error}") from error


if __name__ == "__main__":
    main()
