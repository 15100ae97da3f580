"""SELFIE, worked out by hand."""

from __future__ import annotations

from d2sp_mm.stages import baselines
from tests.stages.baselines.two_class_ledger import two_class_ledger


def test_selfie_relabels_the_consistent_and_prunes_others_of_large_loss():
    # Sample 0 is always the other class, sample 1 changes its mind, the rest is right.
    rows = [[0.1, 0.1, *[0.9] * 8], [0.1, 0.9, *[0.9] * 8], [0.1, 0.1, *[0.9] * 8], [0.1, 0.2, *[0.9] * 8]]
    decision = baselines.Selfie(start=4, window=4, rate=0.2).decide(two_class_ledger(rows), 3)
    assert decision.relabel.tolist() == [0] and decision.new_labels.tolist() == [1]
    assert decision.prune.tolist() == [1]
