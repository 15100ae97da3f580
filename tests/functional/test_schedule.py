"""The steps of a short epoch."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from d2sp_mm.functional.schedule import proportional_steps


@given(st.integers(1, 60), st.integers(1, 60))
def test_proportional_steps_add_up(short, full):
    steps = [proportional_steps(i, short, full) for i in range(short)]
    assert sum(steps) == full
    assert max(steps) - min(steps) <= 1
