"""A class that the model never predicts must survive correction, or the run would stop."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.ledger import Ledger
from d2sp_mm.stages import FineCorrection


def rare_ledger() -> Ledger:
    """Class 1 has three samples, and all of them are safely taken for class 0."""
    ledger = Ledger([str(i) for i in range(10)], [1, 1, 1] + [0] * 7, 2, window=2)
    sure = np.array([0.9, 0.7, 0.8] + [0.9] * 7)
    for epoch in range(2):
        ledger.observe(epoch, np.arange(10), np.stack([sure, 1 - sure], axis=1))
    return ledger


@pytest.mark.parametrize(("floor", "relabelled"), [(1, [0, 2]), (2, [0]), (3, [])])
def test_the_least_doubtful_samples_of_each_class_keep_their_label(floor, relabelled):
    ledger = rare_ledger()
    decision = FineCorrection(start=2, window=2, class_floor=floor).decide(ledger, 1)
    assert decision.relabel.tolist() == relabelled
    ledger.apply(decision)
    assert (ledger.corrected_labels == 1).sum() == floor


def test_a_floor_below_one_is_refused():
    with pytest.raises(ConfigError, match="class_floor=0"):
        FineCorrection(class_floor=0)
