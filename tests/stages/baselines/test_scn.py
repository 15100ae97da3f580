"""Relabelling as SCN does, worked out by hand."""

from __future__ import annotations

from d2sp_mm.stages import baselines
from tests.stages.baselines.two_class_ledger import two_class_ledger


def test_scn_relabels_low_weights_only_and_beyond_its_margin():
    ledger = two_class_ledger([[0.1, 0.1, 0.45, 0.9, 0.9, 0.9]], weights=[0.1, 0.9, 0.2, 0.8, 0.3, 0.7])
    decision = baselines.ScnRelabeling(start=1, high_share=0.5).decide(ledger, 0)
    assert decision.relabel.tolist() == [0]
