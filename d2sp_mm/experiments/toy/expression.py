"""The seven expressions as vectors of facial actions, and how an expression comes and goes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from d2sp_mm.experiments.noise.confusion import DFEW_CLASSES

#: What a face can do, each about 1 at its strongest; in brackets the FACS action unit it follows.
ACTIONS = (
    "brow_inner",  # inner brow up (AU1)
    "brow_outer",  # outer brow up (AU2)
    "brow_lower",  # brows down and together (AU4)
    "eye_wide",  # upper lid up (AU5), negative: narrowed (AU7)
    "cheek",  # cheek up (AU6)
    "nose_wrinkle",  # nose wrinkled (AU9)
    "upper_lip",  # upper lip up (AU10)
    "corner",  # mouth corners up (AU12), negative: down (AU15)
    "stretch",  # mouth wide (AU20), negative: pursed (AU18)
    "mouth_open",  # jaw down (AU25, AU26)
    "lip_press",  # lips pressed (AU24)
)

_PROTOTYPES: dict[str, dict[str, float]] = {
    "Happy": {"cheek": 0.9, "corner": 1.0, "stretch": 0.35, "mouth_open": 0.3, "eye_wide": -0.4},
    "Sad": {"brow_inner": 0.8, "brow_lower": 0.25, "corner": -0.85, "eye_wide": -0.45, "lip_press": 0.2},
    "Neutral": {},
    "Angry": {
        "brow_lower": 1.0,
        "eye_wide": 0.1,
        "corner": -0.35,
        "lip_press": 0.7,
        "nose_wrinkle": 0.25,
        "stretch": 0.1,
    },
    "Surprise": {"brow_inner": 0.95, "brow_outer": 1.0, "eye_wide": 0.75, "mouth_open": 0.85, "stretch": -0.35},
    "Disgust": {
        "brow_lower": 0.65,
        "nose_wrinkle": 1.0,
        "upper_lip": 0.95,
        "corner": -0.45,
        "eye_wide": -0.6,
        "cheek": 0.4,
        "mouth_open": 0.12,
    },
    "Fear": {
        "brow_inner": 1.0,
        "brow_outer": 0.35,
        "brow_lower": 0.4,
        "eye_wide": 0.95,
        "stretch": 0.75,
        "mouth_open": 0.4,
        "corner": -0.45,
        "upper_lip": 0.15,
    },
}

#: The expression that each one is most easily taken for; a clip shows some of it too.
_NEIGHBOURS = {
    "Happy": "Surprise",
    "Sad": "Neutral",
    "Neutral": "Sad",
    "Angry": "Disgust",
    "Surprise": "Fear",
    "Disgust": "Angry",
    "Fear": "Surprise",
}


def _vector(name: str) -> NDArray[np.float64]:
    strengths = _PROTOTYPES[name]
    return np.array([strengths.get(action, 0.0) for action in ACTIONS])


#: Shape (7, actions): each class of DFEW_CLASSES at its apex.
PROTOTYPES = np.stack([_vector(name) for name in DFEW_CLASSES])


def blended_vector(label: int, blend: float) -> NDArray[np.float64]:
    """An apex with a share of the expression that it is easily taken for.

    Args:
        label: Class in the order of DFEW_CLASSES.
        blend: Share of the neighbour, in [0, 1]; 0 = pure.

    Returns:
        Shape (actions,).

    Source:
        Our own, after the emotion prototypes of FACS (Ekman and Friesen).
    """
    neighbour = DFEW_CLASSES.index(_NEIGHBOURS[DFEW_CLASSES[label]])
    return (1 - blend) * PROTOTYPES[label] + blend * PROTOTYPES[neighbour]


def envelope(num_frames: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Onset, apex and offset of one expression, as smooth steps.

    Onset begins in the first third, the apex holds for a quarter to a half of the clip, and a third of the expressions
    have not gone when the clip ends.

    Args:
        num_frames: Length of the clip.
        rng: Source of randomness.

    Returns:
        Shape (num_frames,), in [0, 1].
    """
    time = np.arange(num_frames) / num_frames
    onset = rng.uniform(-0.05, 0.30)
    rise = rng.uniform(0.12, 0.30)
    hold = rng.uniform(0.25, 0.50)
    fall = rng.uniform(0.12, 0.35)
    offset = onset + rise + hold if rng.random() > 1 / 3 else np.inf
    return _smooth_step((time - onset) / rise) * (1 - _smooth_step((time - offset) / fall))


def _smooth_step(x: NDArray[np.float64]) -> NDArray[np.float64]:
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3 - 2 * x)
