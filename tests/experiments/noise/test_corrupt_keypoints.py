"""Every kind of skeleton corrupting does what its name says."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.noise.corrupt_keypoints import KINDS, corrupt_keypoints


@pytest.fixture()
def skeleton():
    rng = np.random.default_rng(0)
    keypoint = (rng.uniform(100, 300, size=(2, 1, 9, 2)) + rng.normal(0, 1, size=(2, 6, 9, 2))).astype(np.float32)
    return keypoint, rng.uniform(0.5, 1, size=(2, 6, 9)).astype(np.float16)


@pytest.mark.parametrize("kind", KINDS)
def test_contract(kind, skeleton):
    keypoint, score = skeleton
    before = keypoint.copy(), score.copy()
    corrupted, corrupted_score = corrupt_keypoints(keypoint, score, kind, np.random.default_rng(3))
    assert (corrupted.shape, corrupted.dtype) == (keypoint.shape, keypoint.dtype)
    assert (corrupted_score.shape, corrupted_score.dtype) == (score.shape, score.dtype)
    assert not np.array_equal(corrupted, keypoint)
    again = corrupt_keypoints(keypoint, score, kind, np.random.default_rng(3))
    np.testing.assert_array_equal(again[0], corrupted)
    np.testing.assert_array_equal(again[1], corrupted_score)
    corrupted[:], corrupted_score[:] = -1, -1
    np.testing.assert_array_equal(keypoint, before[0])
    np.testing.assert_array_equal(score, before[1])


def test_missing_is_zero(skeleton):
    for corrupted in corrupt_keypoints(*skeleton, "missing", np.random.default_rng(0)):
        assert not corrupted.any()


def test_jitter_is_far_above_the_real_motion(skeleton):
    keypoint, score = skeleton
    corrupted, corrupted_score = corrupt_keypoints(keypoint, score, "jitter", np.random.default_rng(0))
    assert np.diff(corrupted, axis=1).std() > 10 * np.diff(keypoint, axis=1).std()
    assert (corrupted_score < score).all()


def test_frozen_repeats_the_first_frame(skeleton):
    for before, corrupted in zip(skeleton, corrupt_keypoints(*skeleton, "frozen", np.random.default_rng(0))):
        assert (corrupted == before[:, :1]).all()


def test_swapped_keeps_the_points_of_a_frame_but_not_their_order(skeleton):
    keypoint, score = skeleton
    corrupted, corrupted_score = corrupt_keypoints(keypoint, score, "swapped", np.random.default_rng(0))
    before = np.concatenate([keypoint, score[..., None]], axis=-1)
    after = np.concatenate([corrupted, corrupted_score[..., None]], axis=-1)
    for person in range(2):
        for frame in range(6):
            assert sorted(map(tuple, before[person, frame])) == sorted(map(tuple, after[person, frame]))
            assert not np.array_equal(before[person, frame], after[person, frame])


def test_unknown_kind_is_named(skeleton):
    with pytest.raises(ConfigError, match="'dark'"):
        corrupt_keypoints(*skeleton, "dark", np.random.default_rng(0))


@pytest.mark.parametrize(
    ("keypoint", "score"), [((1, 4, 9, 2), (1, 4, 8)), ((4, 9, 2), (4, 9)), ((1, 0, 9, 2), (1, 0, 9))]
)
def test_shapes_that_do_not_fit_are_refused(keypoint, score):
    with pytest.raises(DataError, match="keypoint must have shape"):
        corrupt_keypoints(np.zeros(keypoint), np.zeros(score), "missing", np.random.default_rng(0))
