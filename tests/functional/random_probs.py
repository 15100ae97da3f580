"""Probabilities of any classes."""

from __future__ import annotations

import numpy as np


def random_probs(seed, n, c):
    return np.random.default_rng(seed).dirichlet(np.ones(c), size=n)
