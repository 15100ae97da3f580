"""Drawn clips: deterministic, in range, moving where the expression says; and written to a file."""

from __future__ import annotations

import decord
import numpy as np
import pytest

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.noise.confusion import DFEW_CLASSES
from d2sp_mm.experiments.noise.corrupt import KINDS
from d2sp_mm.experiments.toy.brush import Brush
from d2sp_mm.experiments.toy.clip import draw_clip, draw_motion, write_mp4
from d2sp_mm.experiments.toy.draw_face import draw_face
from d2sp_mm.experiments.toy.expression import ACTIONS, PROTOTYPES
from d2sp_mm.experiments.toy.identity import draw_identity

_WHO = draw_identity(np.random.default_rng(0))


def _clip(label=0, seed=1, **options):
    who = draw_identity(np.random.default_rng(4))
    return draw_clip(label, who, np.random.default_rng(seed), image_size=32, num_frames=8, **options).frames


def _still(actions, lid=1.0):
    picture = np.zeros((128, 128, 3), np.uint8)
    who = draw_identity(np.random.default_rng(4))
    draw_face(Brush(picture, (64, 62), 46), who, dict(zip(ACTIONS, actions)), lid)
    return picture.astype(int)


@pytest.mark.parametrize("label", range(7))
def test_shape_and_determinism(label):
    frames = _clip(label)
    assert frames.shape == (8, 32, 32, 3)
    assert frames.dtype == np.uint8
    assert frames.std() > 10
    np.testing.assert_array_equal(frames, _clip(label))
    assert not np.array_equal(frames, _clip(label, seed=2))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_drawn_and_differs(kind):
    corrupted = _clip(corrupted=kind)
    assert corrupted.shape == (8, 32, 32, 3)
    assert not np.array_equal(corrupted, _clip())
    np.testing.assert_array_equal(corrupted, _clip(corrupted=kind))


def test_frozen_shows_one_face_at_rest_whatever_the_class():
    smile, fear = _clip(DFEW_CLASSES.index("Happy"), corrupted="frozen"), _clip(6, corrupted="frozen")
    assert (smile == smile[:1]).all()
    np.testing.assert_array_equal(smile, fear)


def test_no_face_does_not_depend_on_the_person():
    clips = [
        draw_clip(0, draw_identity(np.random.default_rng(seed)), np.random.default_rng(1), 32, 4, "no_face").frames
        for seed in (4, 5)
    ]
    np.testing.assert_array_equal(*clips)


def test_unknown_kind_is_refused():
    with pytest.raises(ConfigError, match="'wet'"):
        _clip(corrupted="wet")


@pytest.mark.parametrize("action", range(len(ACTIONS)), ids=ACTIONS)
def test_every_action_can_be_seen(action):
    rest = np.zeros(len(ACTIONS))
    strong = rest.copy()
    strong[action] = 1.0
    assert (np.abs(_still(strong) - _still(rest)).max(axis=-1) > 25).sum() > 15


def test_no_two_expressions_look_alike():
    stills = [_still(vector) for vector in PROTOTYPES]
    for one in range(7):
        for other in range(one):
            assert (np.abs(stills[one] - stills[other]).max(axis=-1) > 25).sum() > 80


def test_a_blink_closes_the_eyes_and_nothing_else():
    rest = np.zeros(len(ACTIONS))
    rows = np.flatnonzero((_still(rest, lid=0.0) != _still(rest)).any(axis=(1, 2)))
    assert rows.size
    assert rows.min() > 62 - 0.4 * 46
    assert rows.max() < 62


def _motions(label, count=60):
    return [draw_motion(label, _WHO, 16, np.random.default_rng(seed)) for seed in range(count)]


@pytest.mark.parametrize("label", range(7), ids=DFEW_CLASSES)
def test_the_mean_apex_is_nearest_to_its_own_prototype(label):
    motions = _motions(label)
    apex = np.mean([motion.actions[5:11].mean(axis=0) - _WHO.rest for motion in motions], axis=0)
    likeness = np.linalg.norm(PROTOTYPES - apex, axis=1)
    assert likeness.argmin() == label
    for motion in motions:
        assert motion.actions.shape == (16, len(ACTIONS))
        assert np.abs(motion.actions).max() <= 1.3
        assert ((motion.lids >= 0) & (motion.lids <= 1)).all()


def test_some_clips_are_subtle_some_blink_and_some_talk():
    motions = _motions(DFEW_CLASSES.index("Angry"), 200)
    subtle = np.mean([motion.intensity < 0.66 for motion in motions])
    blinking = np.mean([(motion.lids < 1).any() for motion in motions])
    talking = np.mean([motion.actions[:, ACTIONS.index("mouth_open")].max() > 0.08 for motion in motions])
    assert 0.07 < subtle < 0.25
    assert 0.3 < blinking < 0.7
    assert 0.25 < talking < 0.55


def test_frames_come_back_in_order_and_colour(tmp_path):
    frames = np.zeros((10, 32, 64, 3), np.uint8)
    frames[..., 0] = (np.arange(10) * 25)[:, None, None]
    frames[:, :, 32:, 2] = 200
    write_mp4(tmp_path / "clip.mp4", frames, 12.5)
    read = decord.VideoReader(str(tmp_path / "clip.mp4"), num_threads=1).get_batch(list(range(10))).asnumpy()
    assert read.shape == frames.shape
    assert np.abs(read.astype(int) - frames).mean() < 6


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(DataError, match="cannot write"):
        write_mp4(tmp_path / "absent" / "clip.mp4", np.zeros((2, 16, 16, 3), np.uint8), 12.5)
