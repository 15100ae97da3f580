"""What losses say of cases that can be worked out by hand."""

from __future__ import annotations

from d2sp_mm.stages import baselines
from tests.stages.baselines.two_class_ledger import two_class_ledger


def test_the_mixture_prunes_the_component_of_large_losses_whatever_the_rate():
    ledger = two_class_ledger([[0.9] * 12 + [0.02] * 4])
    assert baselines.LossMixture(start=1, window=1, rate=0.01).decide(ledger, 0).prune.tolist() == [12, 13, 14, 15]


def test_the_mixture_prunes_nothing_where_losses_do_not_differ():
    assert not len(baselines.LossMixture(start=1, window=1).decide(two_class_ledger([[0.9] * 8]), 0).prune)


def test_loss_pruning_spares_all_of_large_loss():
    ledger = two_class_ledger([[0.99] * 16 + [0.1] * 4])
    decision = baselines.LowLossPruning(start=1, window=1, rate=0.5).decide(ledger, 0)
    assert len(decision.prune) == 10 and decision.prune.max() < 16
