"""Random numbers of worker processes that live for the whole training."""

from __future__ import annotations

from typing import Any

from mmengine.runner import Runner

from d2sp_mm.datasets.purified_sampler import PurifiedSampler


def reseed_persistent_workers(runner: Runner, sampler: PurifiedSampler) -> None:
    """Let the sampler tell persistent workers a seed with each epoch, where there are such workers.

    Workers that start with each epoch are seeded by the main process, whose generators are in the checkpoint. Persistent
    ones go on from where the epoch before left them, which a resumed run cannot know.

    Args:
        runner: The runner.
        sampler: The sampler of its training.

    Source:
        Our own.
    """
    loader: Any = runner.train_dataloader
    sampler.seeds_workers = bool(loader.num_workers and loader.persistent_workers)
