"""Pose, light and background keep to their ranges."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.experiments.toy.scene import Light, apply_light, draw_background, draw_light, draw_pose


@pytest.mark.parametrize("seed", range(10))
def test_the_face_stays_in_the_picture_and_moves_slowly(seed):
    pose = draw_pose(16, np.random.default_rng(seed))
    for place in (pose.x, pose.y):
        assert place.shape == (16,)
        assert (np.abs(place - 0.5) < 0.1).all()
        assert np.abs(np.diff(place)).max() < 0.02
    assert (np.abs(pose.scale - 0.37) < 0.05).all()
    assert (np.abs(pose.roll) < 0.2).all()


@pytest.mark.parametrize("seed", range(5))
def test_background_and_light_have_the_picture_size(seed):
    rng = np.random.default_rng(seed)
    background = draw_background(40, rng)
    assert background.shape == (40, 40, 3)
    lit = apply_light(background, draw_light(40, rng), rng)
    assert lit.shape == (40, 40, 3)
    assert lit.dtype == np.uint8
    assert lit.mean() > 15


def test_light_is_gain_gamma_and_noise():
    picture = np.full((8, 8, 3), 128, np.uint8)
    field = np.full((8, 8, 1), 0.5, np.float32)
    rng = np.random.default_rng(0)
    assert (apply_light(picture, Light(field, 1.0, 0.0), rng) == 64).all()
    assert (apply_light(picture, Light(field, 2.0, 0.0), rng) == int(255 * (128 / 255) ** 2 / 2)).all()
    assert apply_light(picture, Light(field, 1.0, 5.0), rng).std() > 2
