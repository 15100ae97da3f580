"""A prediction that differs, and samples that were never seen."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.ledger import Ledger
from d2sp_mm.stages import baselines
from tests.stages.baselines.two_class_ledger import two_class_ledger


def test_prediction_differs_takes_the_last_prediction_but_empties_no_class():
    ledger = two_class_ledger([[0.9, 0.9, 0.9, 0.9], [0.9, 0.4, 0.9, 0.3]])
    decision = baselines.PredictionDiffers(start=2).decide(ledger, 1)
    assert decision.relabel.tolist() == [3] and decision.new_labels.tolist() == [0]


@pytest.mark.parametrize(
    "kind", [baselines.SmallLoss, baselines.LowConfidence, baselines.AreaUnderMargin, baselines.PredictionDiffers]
)
def test_what_was_never_seen_is_left_alone(kind):
    ledger = two_class_ledger([[0.9, 0.9, 0.9, 0.9]])
    unseen = Ledger([*ledger.keys, "x"], [*ledger.labels, 0], 2, window=1)
    unseen.observe(0, np.arange(4), np.full((4, 2), [0.3, 0.7]))
    decision = kind(start=1).decide(unseen, 0)
    assert 4 not in decision.prune and 4 not in decision.relabel
