from __future__ import annotations

import pytest

from d2sp_mm.experiments.costs.ledger_sizes import epoch_ends, sizes
from d2sp_mm.ledger import Ledger, packing


def test_the_ledger_of_some_samples(monkeypatch):
    # As millions of them are kept.
    monkeypatch.setattr(packing, "MOST_HALVES", 0)
    plain, deciding = epoch_ends(5000, 10.0, trials=2)
    assert plain.holds and deciding.holds and "5,000 samples" in plain.what
    stated, grown, saved, loaded = sizes(5000)
    assert stated.found == str(Ledger(["a"], [0], 7, 10).bytes_per_sample) and stated.holds
    assert float(grown.found.split()[0]) == pytest.approx(100, abs=3)
    assert saved.holds and loaded.holds
