"""What training dynamics say of cases that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.stages import baselines
from tests.stages.baselines.two_class_ledger import two_class_ledger


def test_small_loss_looks_at_its_window_only_and_cartography_at_all_epochs():
    ledger = two_class_ledger([[0.1, 0.9, 0.9, 0.9], [0.1, 0.9, 0.9, 0.9], [0.9, 0.9, 0.9, 0.4]])
    assert baselines.SmallLoss(start=2, window=1, rate=0.25).decide(ledger, 2).prune.tolist() == [3]
    assert baselines.LowConfidence(start=2, rate=0.25).decide(ledger, 2).prune.tolist() == [0]


def test_the_scores_are_those_that_are_promised():
    ledger = two_class_ledger([[0.5, 0.8, 0.8, 0.8], [0.125, 0.8, 0.8, 0.8]])
    loss = baselines.SmallLoss(start=2, window=2).decide(ledger, 1).scores["quality_score"][0]
    assert loss == pytest.approx(0.25, abs=1e-3)
    confidence = baselines.LowConfidence(start=2).decide(ledger, 1).scores["label_score"][0]
    assert confidence == pytest.approx(0.3125, abs=1e-3)
    area = baselines.AreaUnderMargin(start=2).decide(ledger, 1).scores["label_score"][0]
    assert np.log(area / (1 - area)) == pytest.approx((np.log(0.5 / 0.5) + np.log(0.125 / 0.875)) / 2, abs=1e-2)


def test_what_is_forgotten_goes_before_what_was_always_right_and_after_what_never_was():
    # The last is learned late and never forgotten.
    ledger = two_class_ledger([[0.9, 0.9, 0.2, 0.2], [0.2, 0.9, 0.2, 0.2], [0.9, 0.9, 0.2, 0.9]])
    scores = baselines.ForgettingEvents(start=3).decide(ledger, 2).scores["quality_score"]
    assert scores.tolist() == [0.5, 1.0, 0.0, 1.0]


def test_threshold_samples_say_how_many_go_and_stay_themselves():
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    ledger = two_class_ledger([[0.9, 0.9, 0.2, 0.4, 0.3, 0.1, 0.3, 0.3]], labels)
    decision = baselines.AreaUnderMargin(start=1, threshold_class=1, percentile=1.0, rate=0.01).decide(ledger, 0)
    assert decision.prune.tolist() == [2]
