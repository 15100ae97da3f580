"""Decisions that make no sense are refused where they are made."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.ledger import Decision


def test_a_decision_is_checked():
    with pytest.raises(ValueError, match=r"reason='none'.*quality.*label"):
        Decision(0, "none")
    with pytest.raises(ValueError, match="one new label a sample"):
        Decision(0, "label", relabel=np.array([1]))
    with pytest.raises(ValueError, match="quality"):
        Decision(0, "label", scores={"quality": np.zeros(3)})
