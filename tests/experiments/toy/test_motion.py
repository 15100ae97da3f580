"""Motion: the expression shows over the face at rest, with blinks and talk that are no expression."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.experiments.noise.confusion import DFEW_CLASSES
from d2sp_mm.experiments.toy.clip import draw_motion
from d2sp_mm.experiments.toy.expression import ACTIONS, PROTOTYPES
from d2sp_mm.experiments.toy.identity import draw_identity

_WHO = draw_identity(np.random.default_rng(0))


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
