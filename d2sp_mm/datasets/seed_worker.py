"""Seeding the generators of a worker process anew with each epoch."""

from __future__ import annotations

import random

import numpy as np
import torch
from torch.utils.data import get_worker_info


def seed_worker(epoch_seed: tuple[int, ...]) -> None:
    """Seed Python's, numpy's and torch's generators of this worker process; does nothing in the main process.

    Args:
        epoch_seed: Numbers of at least 0 that tell run, epoch and rank; the worker's own number is added.

    Source:
        What PyTorch does when it starts a worker, done again with each epoch.
    """
    info = get_worker_info()
    if info is None:
        return
    # 32 bits each: as many as numpy's legacy generator takes.
    for_python, for_numpy, for_torch = np.random.SeedSequence((*epoch_seed, info.id)).generate_state(3).tolist()
    random.seed(for_python)
    np.random.seed(for_numpy)
    torch.manual_seed(for_torch)
