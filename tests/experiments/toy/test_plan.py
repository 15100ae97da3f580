"""The plan holds the asked counts, exactly, for any settings."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from d2sp_mm.experiments.toy.plan import CLASS_SHARES, CONFUSIONS, CORRUPTION_KINDS, class_counts, plan_split


@settings(max_examples=50, deadline=None)
@given(
    n=st.integers(7, 150),
    low=st.floats(0, 0.5),
    wrong=st.floats(0, 0.5),
    confusion=st.sampled_from(CONFUSIONS),
    seed=st.integers(0, 10**6),
)
def test_counts(n, low, wrong, confusion, seed):
    plans = plan_split("train", n, seed, low, wrong, confusion)
    noise = Counter(plan.noise for plan in plans)
    assert noise["low_quality"] == round(low * n)
    assert noise["mislabel"] == min(round(wrong * n), n - round(low * n))
    assert all(plan.given_label == plan.true_label for plan in plans if plan.kind)
    kinds = Counter(plan.kind for plan in plans if plan.kind)
    assert max(kinds[kind] for kind in CORRUPTION_KINDS) - min(kinds[kind] for kind in CORRUPTION_KINDS) <= 1
    assert [plan.key for plan in plans] == [f"train/{index + 1:05d}.mp4" for index in range(n)]
    assert plans == plan_split("train", n, seed, low, wrong, confusion)


@given(n=st.integers(7, 5000))
def test_class_counts_follow_the_shares(n):
    counts = class_counts(n)
    assert counts.sum() == n
    assert (np.abs(counts - np.array(CLASS_SHARES) * n) < 1).all()


def test_shares_are_uneven_but_no_class_is_absurdly_rare():
    assert sum(CLASS_SHARES) == pytest.approx(1.0)
    assert min(CLASS_SHARES) >= 0.05
    assert max(CLASS_SHARES) >= 2 * min(CLASS_SHARES)


def test_no_person_and_no_clip_seed_is_in_both_splits():
    train, test = plan_split("train", 200, 3), plan_split("test", 200, 3)
    assert not {plan.person_seed for plan in train} & {plan.person_seed for plan in test}
    seeds = [plan.clip_seed for plan in train + test]
    assert len(set(seeds)) == len(seeds)
    assert not set(seeds) & {plan.person_seed for plan in train + test}


def test_noise_does_not_change_the_clean_part():
    clean, noisy = plan_split("train", 100, 3), plan_split("train", 100, 3, 0.1, 0.2)
    assert [plan.true_label for plan in clean] == [plan.true_label for plan in noisy]
