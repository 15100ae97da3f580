"""The expressions and their timing."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.experiments.noise.confusion import DFEW_CLASSES
from d2sp_mm.experiments.toy.expression import ACTIONS, PROTOTYPES, blended_vector, envelope


def test_prototypes_differ_and_neutral_does_nothing():
    assert PROTOTYPES.shape == (7, len(ACTIONS))
    assert not PROTOTYPES[DFEW_CLASSES.index("Neutral")].any()
    assert len({tuple(row) for row in PROTOTYPES}) == 7


@pytest.mark.parametrize(("one", "other"), [("Fear", "Surprise"), ("Disgust", "Angry"), ("Sad", "Neutral")])
def test_what_people_confuse_is_near(one, other):
    row = DFEW_CLASSES.index(one)
    distances = np.linalg.norm(PROTOTYPES - PROTOTYPES[row], axis=1)
    distances[row] = np.inf
    assert distances.argmin() == DFEW_CLASSES.index(other)


def test_blend_goes_from_pure_to_neighbour():
    fear, surprise = DFEW_CLASSES.index("Fear"), DFEW_CLASSES.index("Surprise")
    np.testing.assert_array_equal(blended_vector(fear, 0.0), PROTOTYPES[fear])
    np.testing.assert_array_equal(blended_vector(fear, 1.0), PROTOTYPES[surprise])


def test_envelope_rises_holds_and_mostly_falls():
    curves = np.stack([envelope(16, np.random.default_rng(seed)) for seed in range(300)])
    assert curves.min() >= 0
    assert curves.max() <= 1
    assert (curves.max(axis=1) > 0.95).all()
    assert (curves[:, 0] < 0.5).all()
    ends_low = (curves[:, -1] < 0.5).mean()
    assert 0.3 < ends_low < 0.8
    single_peak = [np.count_nonzero(np.diff(np.sign(np.diff(curve)[np.diff(curve) != 0]))) <= 1 for curve in curves]
    assert all(single_peak)
