"""One tiny run for the fault suite: starts, or goes on from the last checkpoint of its folder.

    python tests/faults/train_tiny.py FOLDER ANN_FILE --workers 2 [under torchrun: --distributed] [--die POINT --when 3]

Prints ``training`` on the first rank when the first epoch is about to begin.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from mmengine import dist
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from tests.faults.kill_points import arm
from tests.tiny_run import CORRECT, PRUNE, tiny_config


class Slow(Hook):
    """Tells when training begins, and makes it last: a run that takes no time is always killed at its start or its end.

    Args:
        pause: After each iteration, in seconds.
    """

    def __init__(self, pause: float) -> None:
        self._pause = pause

    def before_train(self, runner):
        if dist.is_main_process():
            print("training", flush=True)

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        time.sleep(self._pause)


def config_of(folder: Path, ann_file: Path, workers: int = 0, observes: bool = False, stock_hook: bool = False) -> dict:
    """A run that resumes where it can; ``stock_hook`` writes checkpoints by MMEngine's own hook."""
    config = tiny_config(folder, ann_file, stages=None if observes else dict(prune=PRUNE, correct=CORRECT))
    # Workers of a run that only observes are those of plain MMAction2: persistent ones cannot be resumed exactly.
    persistent = workers > 0 and not observes
    config["train_dataloader"].update(batch_size=4, num_workers=workers, persistent_workers=persistent)
    kind = "CheckpointHook" if stock_hook else "d2sp_mm.AtomicCheckpointHook"
    checkpoint = dict(type=kind, max_keep_ckpts=2 if stock_hook else 1, save_best="acc/top1" if not stock_hook else None)
    config["default_hooks"]["checkpoint"].update(checkpoint)
    config.update(resume=True, experiment_name=f"{folder.name}_{time.time_ns()}")
    return config


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("ann_file", type=Path)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--observes", action="store_true")
    parser.add_argument("--stock-hook", action="store_true")
    parser.add_argument("--distributed", action="store_true")
    parser.add_argument("--die", default="")
    parser.add_argument("--when", type=int, default=1)
    parser.add_argument("--pause", type=float, default=0.02)
    args = parser.parse_args(argv)
    config = config_of(args.folder, args.ann_file, args.workers, args.observes, args.stock_hook)
    if args.distributed:
        config.update(launcher="pytorch", env_cfg=dict(dist_cfg=dict(backend="gloo")))
    runner = Runner.from_cfg(Config(config))
    if args.die and dist.is_main_process():
        arm(args.die, args.when)
    runner.register_hook(Slow(args.pause))
    runner.train()


if __name__ == "__main__":
    main()
