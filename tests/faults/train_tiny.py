"""One tiny run for the fault suite: starts, or goes on from the last checkpoint of its folder.

    python tests/faults/train_tiny.py FOLDER ANN_FILE WORKERS [under torchrun: --distributed]

Prints ``training`` on the first rank when the first epoch is about to begin.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from mmengine import dist
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from tests.tiny_run import CORRECT, PRUNE, tiny_config

#: Pause after each iteration, in seconds: a run that takes no time is always killed at its start or its end.
_PAUSE = 0.02


class Slow(Hook):
    """Tells when training begins, and makes it last."""

    def before_train(self, runner):
        if dist.is_main_process():
            print("training", flush=True)

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        time.sleep(_PAUSE)


def main() -> None:
    folder, ann_file, workers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    config = tiny_config(folder, ann_file, stages=dict(prune=PRUNE, correct=CORRECT))
    config["train_dataloader"].update(batch_size=4, num_workers=workers, persistent_workers=workers > 0)
    config["default_hooks"]["checkpoint"].update(
        type="d2sp_mm.AtomicCheckpointHook", max_keep_ckpts=1, save_best="acc/top1"
    )
    config.update(resume=True, experiment_name=folder.name)
    if "--distributed" in sys.argv:
        config.update(launcher="pytorch", env_cfg=dict(dist_cfg=dict(backend="gloo")))
    runner = Runner.from_cfg(Config(config))
    runner.register_hook(Slow())
    runner.train()


if __name__ == "__main__":
    main()
