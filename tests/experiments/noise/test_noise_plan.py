from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.noise.confusion import symmetric
from d2sp_mm.experiments.noise.noise_plan import plan_noise


@given(st.integers(1, 60), st.floats(0, 0.5), st.floats(0, 0.45), st.integers(0, 99))
def test_counts_are_exact_and_the_noises_do_not_meet(n: int, mislabel: float, low_quality: float, seed: int) -> None:
    labels = np.random.default_rng(seed).integers(0, 4, n)
    num_mislabelled, num_corrupted = round(mislabel * n), round(low_quality * n)
    if num_mislabelled + num_corrupted > n:
        return
    plan = plan_noise(labels, symmetric(4), mislabel, low_quality, ["x", "y", "z"], np.random.default_rng(seed))
    counts = Counter(plan.noise.tolist())
    assert (counts["mislabel"], counts["low_quality"]) == (num_mislabelled, num_corrupted)
    np.testing.assert_array_equal(plan.labels != labels, plan.noise == "mislabel")
    assert sorted(plan.kinds) == np.flatnonzero(plan.noise == "low_quality").tolist()
    dealt = Counter(plan.kinds.values())
    assert not dealt or max(dealt.values()) - min(dealt[kind] for kind in "xyz") <= 1


def test_the_seed_decides() -> None:
    labels = np.arange(50) % 4
    plans = [plan_noise(labels, symmetric(4), 0.2, 0.2, ["x", "y"], np.random.default_rng(s)) for s in (1, 1, 2)]
    assert plans[0].kinds == plans[1].kinds and (plans[0].labels == plans[1].labels).all()
    assert plans[0].kinds != plans[2].kinds and (plans[0].labels != plans[2].labels).any()


@pytest.mark.parametrize(
    ("mislabel", "low_quality", "kinds", "message"),
    [
        (0.7, 0.5, ["x"], "ask for 7 and 5 of 10 samples"),
        (20, 0, ["x"], "mislabel_rate=20 must lie in"),
        (0, -0.1, ["x"], "low_quality_rate=-0.1 must lie in"),
        (0, 0.1, [], "kinds is empty"),
    ],
)
def test_what_cannot_be_planted_is_refused(mislabel: float, low_quality: float, kinds: list, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        plan_noise(np.arange(10) % 2, symmetric(2), mislabel, low_quality, kinds, np.random.default_rng(0))
