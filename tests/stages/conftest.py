"""A ledger of many samples."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest

from d2sp_mm.ledger import Ledger, packing
from tests.stages.many_samples import CLASSES, EPOCHS, N


@pytest.fixture(scope="session", params=[0, 10**6], ids=["packed", "halves"])
def large_ledger(request):
    rng = np.random.default_rng(0)
    labels = rng.choice(CLASSES, N, p=[0.6, 0.3, 0.1])
    with mock.patch.object(packing, "MOST_HALVES", request.param):
        found = Ledger([f"{i}.mp4" for i in range(N)], labels, CLASSES, EPOCHS)
    for epoch in range(EPOCHS):
        seen = np.flatnonzero(rng.random(N) < 0.9)
        alpha = np.ones((len(seen), CLASSES))
        alpha[np.arange(len(seen)), labels[seen]] = 1.5
        gamma = rng.gamma(alpha)
        found.observe(epoch, seen, (gamma / gamma.sum(axis=1, keepdims=True)).astype(np.float32))
    return found
