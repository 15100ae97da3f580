"""A run whose observations are replayed: each sample's scores and weight in each epoch are given, not learned.

    python tests/faults/replay.py FOLDER ANN_FILE --length keep [under torchrun: --distributed]

Everything else is the real run: sampler, workers, gathering, ledger, stages, files.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from d2sp_mm.datasets.indexed_dataset import SAMPLE_INDEX
from tests.tiny_run import CORRECT, NUM_CLASSES, PRUNE, hook_of, tiny_config


class Replay(Hook):
    """Puts given observations in the place of those that the loss has just left."""

    #: Before the purification hook takes them.
    priority = "HIGH"

    def __init__(self, ann_file: Path) -> None:
        lines = ann_file.read_text(encoding="utf-8").split("\n")[:-1]
        self.looks = np.array([int(line[0]) for line in lines])
        self.noise = np.array(["noise" in line for line in lines])

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        samples = [data_sample.metainfo[SAMPLE_INDEX] for data_sample in data_batch["data_samples"]]
        scores, weights = zip(*(self.seen(runner.epoch, sample) for sample in samples))
        seen = hook_of(runner)._parts.loss._observation
        seen.scores = torch.tensor(np.array(scores))
        if seen.weights is not None:
            seen.weights = torch.tensor(np.array(weights))

    def seen(self, epoch: int, sample: int):
        """Scores of the sample's own look, flat for noise; a function of epoch and sample alone."""
        rng = np.random.default_rng((epoch, sample))
        own = 0.0 if self.noise[sample] else 3.0
        scores = rng.normal(size=NUM_CLASSES) + own * (np.arange(NUM_CLASSES) == self.looks[sample])
        weight = rng.uniform(0.1, 0.4) if self.noise[sample] else rng.uniform(0.5, 0.9)
        return scores.astype(np.float32), np.float32(weight)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("ann_file", type=Path)
    parser.add_argument("--length", default="keep")
    parser.add_argument("--distributed", action="store_true")
    args = parser.parse_args()
    config = tiny_config(args.folder, args.ann_file, stages=dict(prune=PRUNE, correct=CORRECT))
    config["train_dataloader"]["batch_size"] = 4
    config["train_dataloader"]["sampler"]["epoch_length"] = args.length
    # MMAction2's own dataset, which validation reads, stops at a clip that cannot be decoded.
    config.update(val_dataloader=None, val_cfg=None, val_evaluator=None)
    if args.distributed:
        config.update(launcher="pytorch", env_cfg=dict(dist_cfg=dict(backend="gloo")))
    runner = Runner.from_cfg(Config(config))
    runner.register_hook(Replay(args.ann_file))
    runner.train()


if __name__ == "__main__":
    main()
