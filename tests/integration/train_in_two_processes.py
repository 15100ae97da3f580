"""Started by torchrun: an unbroken run and a resumed one; each rank writes what it saw to ``rank<r>.json``."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from mmengine import dist
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from d2sp_mm.datasets.indexed_dataset import SAMPLE_INDEX
from d2sp_mm.errors import DataError
from tests.tiny_run import CORRECT, PRUNE, hook_of, tiny_config

STAGES = dict(prune=PRUNE, correct=CORRECT)


class Watch(Hook):
    """Writes down what this rank drew in each epoch, and leaves the loop after ``stop`` epochs."""

    priority = "LOWEST"

    def __init__(self, stop: int) -> None:
        self.stop = stop
        self.drawn: dict[int, list[int]] = {}

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        samples = [sample.metainfo[SAMPLE_INDEX] for sample in data_batch["data_samples"]]
        self.drawn.setdefault(runner.epoch, []).extend(samples)

    def after_train_epoch(self, runner):
        if runner.epoch + 1 == self.stop:
            runner.train_loop.stop_training = True


class Corrupt(Hook):
    """Changes one label in the ledger of the last rank, as a broken memory or another version would."""

    priority = "HIGH"

    def after_train_epoch(self, runner):
        if runner.epoch == 1 and dist.get_rank() == dist.get_world_size() - 1:
            labels = hook_of(runner).ledger.corrected_labels
            labels[0] = (labels[0] + 1) % 4


def disagree(folder: Path, ann_file: Path) -> str:
    """What a rank says where another holds something else."""
    config = tiny_config(folder, ann_file, stages=STAGES)
    config.update(launcher="pytorch", env_cfg=dict(dist_cfg=dict(backend="gloo")), experiment_name=folder.name)
    runner = Runner.from_cfg(Config(config))
    runner.register_hook(Corrupt())
    try:
        runner.train()
    except DataError as error:
        return str(error)
    return ""


def run(folder: Path, ann_file: Path, length: str, stop: int = 99, **more) -> dict:
    config = tiny_config(folder, ann_file, stages=STAGES, **more.pop("hook", {}))
    config["train_dataloader"].update(batch_size=4)
    if "train" in more:
        # Validation keeps the other list: MMAction2's own dataset stops at a clip that cannot be decoded.
        config["train_dataloader"]["dataset"]["dataset"]["ann_file"] = str(more.pop("train"))
    config["train_dataloader"]["sampler"]["epoch_length"] = length
    config.update(launcher="pytorch", env_cfg=dict(dist_cfg=dict(backend="gloo")), **more)
    config["experiment_name"] = f"{folder.name}_{stop}"
    runner = Runner.from_cfg(Config(config))
    watch = Watch(stop)
    runner.register_hook(watch)
    runner.train()
    ledger = hook_of(runner).ledger
    return {
        "drawn": [watch.drawn[epoch] for epoch in sorted(watch.drawn)],
        "iterations": runner.iter,
        "ledger": _digest(ledger.state()),
        "history": {name: column.tolist() for name, column in ledger.decisions.columns.items() if name != "score"},
        "kept": np.flatnonzero(ledger.keep).tolist(),
        # The running means of batch norm are each rank's own; a checkpoint holds those of the first.
        "weights": _digest({name: v.detach().numpy() for name, v in runner.model.module.named_parameters()}),
    }


def _digest(arrays: dict) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode() + np.asarray(arrays[name]).tobytes())
    return digest.hexdigest()


def main() -> None:
    folder, ann_file = Path(sys.argv[1]), Path(sys.argv[2])
    results = {"unbroken": run(folder / "unbroken", ann_file, "keep")}
    run(folder / "resumed", ann_file, "keep", stop=3)
    checkpoint = str(folder / "resumed" / "epoch_3.pth")
    results["resumed"] = run(folder / "resumed", ann_file, "keep", resume=True, load_from=checkpoint)
    results["shrunk"] = run(folder / "shrunk", ann_file, "shrink")
    results["broken"] = run(folder / "broken", ann_file, "keep", train=folder / "broken.txt")
    results["disagreeing"] = disagree(folder / "disagreeing", ann_file)
    (folder / f"rank{dist.get_rank()}.json").write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    main()
