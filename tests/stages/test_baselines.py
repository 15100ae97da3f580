"""What the baselines say of cases that can be worked out by hand."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.ledger import Ledger
from d2sp_mm.stages import baselines
from tests.stages.cases import observed_ledger


def _ledger(label_probs, labels=None, weights=None) -> Ledger:
    """Two classes; ``label_probs[e][i]`` is what epoch e gives to the label of sample i."""
    label_probs = np.asarray(label_probs, dtype=float)
    epochs, n = label_probs.shape
    labels = np.arange(n) % 2 if labels is None else np.asarray(labels)
    ledger = Ledger([str(i) for i in range(n)], labels, 2, window=epochs)
    for epoch, row in enumerate(label_probs):
        probs = np.empty((n, 2))
        probs[np.arange(n), labels], probs[np.arange(n), 1 - labels] = row, 1 - row
        ledger.observe(epoch, np.arange(n), probs, None if weights is None else np.asarray(weights))
    return ledger


def test_small_loss_looks_at_its_window_only_and_cartography_at_all_epochs():
    ledger = _ledger([[0.1, 0.9, 0.9, 0.9], [0.1, 0.9, 0.9, 0.9], [0.9, 0.9, 0.9, 0.4]])
    assert baselines.SmallLoss(start=2, window=1, rate=0.25).decide(ledger, 2).prune.tolist() == [3]
    assert baselines.LowConfidence(start=2, rate=0.25).decide(ledger, 2).prune.tolist() == [0]


def test_the_scores_are_those_that_are_promised():
    ledger = _ledger([[0.5, 0.8, 0.8, 0.8], [0.125, 0.8, 0.8, 0.8]])
    loss = baselines.SmallLoss(start=2, window=2).decide(ledger, 1).scores["quality_score"][0]
    assert loss == pytest.approx(0.25, abs=1e-3)
    confidence = baselines.LowConfidence(start=2).decide(ledger, 1).scores["label_score"][0]
    assert confidence == pytest.approx(0.3125, abs=1e-3)
    area = baselines.AreaUnderMargin(start=2).decide(ledger, 1).scores["label_score"][0]
    assert np.log(area / (1 - area)) == pytest.approx((np.log(0.5 / 0.5) + np.log(0.125 / 0.875)) / 2, abs=1e-2)


def test_what_is_forgotten_goes_before_what_was_always_right_and_after_what_never_was():
    # The last is learned late and never forgotten.
    ledger = _ledger([[0.9, 0.9, 0.2, 0.2], [0.2, 0.9, 0.2, 0.2], [0.9, 0.9, 0.2, 0.9]])
    scores = baselines.ForgettingEvents(start=3).decide(ledger, 2).scores["quality_score"]
    assert scores.tolist() == [0.5, 1.0, 0.0, 1.0]


def test_the_mixture_prunes_the_component_of_large_losses_whatever_the_rate():
    ledger = _ledger([[0.9] * 12 + [0.02] * 4])
    assert baselines.LossMixture(start=1, window=1, rate=0.01).decide(ledger, 0).prune.tolist() == [12, 13, 14, 15]


def test_the_mixture_prunes_nothing_where_losses_do_not_differ():
    assert not len(baselines.LossMixture(start=1, window=1).decide(_ledger([[0.9] * 8]), 0).prune)


def test_threshold_samples_say_how_many_go_and_stay_themselves():
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    ledger = _ledger([[0.9, 0.9, 0.2, 0.4, 0.3, 0.1, 0.3, 0.3]], labels)
    decision = baselines.AreaUnderMargin(start=1, threshold_class=1, percentile=1.0, rate=0.01).decide(ledger, 0)
    assert decision.prune.tolist() == [2]


def test_loss_pruning_spares_all_of_large_loss():
    ledger = _ledger([[0.99] * 16 + [0.1] * 4])
    decision = baselines.LowLossPruning(start=1, window=1, rate=0.5).decide(ledger, 0)
    assert len(decision.prune) == 10 and decision.prune.max() < 16


def test_prediction_differs_takes_the_last_prediction_but_empties_no_class():
    ledger = _ledger([[0.9, 0.9, 0.9, 0.9], [0.9, 0.4, 0.9, 0.3]])
    decision = baselines.PredictionDiffers(start=2).decide(ledger, 1)
    assert decision.relabel.tolist() == [3] and decision.new_labels.tolist() == [0]


def test_scn_relabels_low_weights_only_and_beyond_its_margin():
    ledger = _ledger([[0.1, 0.1, 0.45, 0.9, 0.9, 0.9]], weights=[0.1, 0.9, 0.2, 0.8, 0.3, 0.7])
    decision = baselines.ScnRelabeling(start=1, high_share=0.5).decide(ledger, 0)
    assert decision.relabel.tolist() == [0]


def test_selfie_relabels_the_consistent_and_prunes_others_of_large_loss():
    # Sample 0 is always the other class, sample 1 changes its mind, the rest is right.
    rows = [[0.1, 0.1, *[0.9] * 8], [0.1, 0.9, *[0.9] * 8], [0.1, 0.1, *[0.9] * 8], [0.1, 0.2, *[0.9] * 8]]
    decision = baselines.Selfie(start=4, window=4, rate=0.2).decide(_ledger(rows), 3)
    assert decision.relabel.tolist() == [0] and decision.new_labels.tolist() == [1]
    assert decision.prune.tolist() == [1]


def test_cleanlab_prunes_what_is_mislabelled_and_takes_half_precision():
    ledger = observed_ledger(n=120)
    decision = baselines.ConfidentLearning(start=4, window=3).decide(ledger, 5)
    assert set(range(12, 24)) <= set(decision.prune.tolist())


def test_without_cleanlab_the_run_is_refused_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "cleanlab", None)
    with pytest.raises(ConfigError, match="pip install cleanlab"):
        baselines.ConfidentLearning()


@pytest.mark.parametrize(
    "kind", [baselines.SmallLoss, baselines.LowConfidence, baselines.AreaUnderMargin, baselines.PredictionDiffers]
)
def test_what_was_never_seen_is_left_alone(kind):
    ledger = _ledger([[0.9, 0.9, 0.9, 0.9]])
    unseen = Ledger([*ledger.keys, "x"], [*ledger.labels, 0], 2, window=1)
    unseen.observe(0, np.arange(4), np.full((4, 2), [0.3, 0.7]))
    decision = kind(start=1).decide(unseen, 0)
    assert 4 not in decision.prune and 4 not in decision.relabel
