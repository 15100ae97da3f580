"""Confident learning, with cleanlab and without."""

from __future__ import annotations

import sys

import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.stages import baselines
from tests.stages.cases import observed_ledger


def test_cleanlab_prunes_what_is_mislabelled_and_takes_half_precision():
    ledger = observed_ledger(n=120)
    decision = baselines.ConfidentLearning(start=4, window=3).decide(ledger, 5)
    assert set(range(12, 24)) <= set(decision.prune.tolist())


def test_without_cleanlab_the_run_is_refused_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "cleanlab", None)
    with pytest.raises(ConfigError, match="pip install cleanlab"):
        baselines.ConfidentLearning()
