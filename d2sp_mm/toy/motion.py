"""What the face does in every frame of one clip: the expression, and all that is not the expression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from d2sp_mm.toy.expression import ACTIONS, blended_vector, envelope
from d2sp_mm.toy.identity import Identity


@dataclass(frozen=True)
class Motion:
    """Facial actions over time.

    Attributes:
        actions: Shape (frames, actions), columns as in ACTIONS.
        lids: Shape (frames,), 1 = open, 0 = closed by a blink.
        intensity: Strength of the expression in this clip, 1 = the prototype.
    """

    actions: NDArray[np.float64]
    lids: NDArray[np.float64]
    intensity: float


def draw_motion(label: int, identity: Identity, num_frames: int, rng: np.random.Generator) -> Motion:
    """Draw the motion of one clip.

    One clip in seven is subtle. The expression is blended with its neighbour by up to a quarter, every action has a
    gain of its own, and two fifths of the faces talk.

    Args:
        label: Class in the order of DFEW_CLASSES.
        identity: Whose face; gives the face at rest and the person's gain.
        num_frames: Length of the clip.
        rng: Source of randomness.

    Returns:
        The motion.
    """
    intensity = rng.uniform(0.4, 0.65) if rng.random() < 0.15 else rng.uniform(0.7, 1.2)
    apex = blended_vector(label, rng.uniform(0.0, 0.25)) * rng.lognormal(0.0, 0.2, size=len(ACTIONS))
    actions = identity.rest + np.outer(envelope(num_frames, rng), apex * intensity * identity.gain)
    _add_talking(actions, rng)
    _add_brow_flash(actions, rng)
    return Motion(np.clip(actions, -1.3, 1.3), _draw_blinks(num_frames, rng), float(intensity))


def _add_talking(actions: NDArray[np.float64], rng: np.random.Generator) -> None:
    if rng.random() > 0.4:
        return
    frames = np.arange(len(actions))
    beat = np.sin(rng.uniform(0, 6.28) + frames * rng.uniform(0.8, 1.6)) * rng.uniform(0.6, 1.0, size=len(frames))
    actions[:, ACTIONS.index("mouth_open")] += rng.uniform(0.1, 0.3) * np.abs(beat)
    actions[:, ACTIONS.index("stretch")] += rng.uniform(0.0, 0.2) * beat


def _add_brow_flash(actions: NDArray[np.float64], rng: np.random.Generator) -> None:
    if rng.random() > 0.25:
        return
    flash = np.exp(-(((np.arange(len(actions)) - rng.uniform(0, len(actions))) / 1.5) ** 2))
    actions[:, : ACTIONS.index("brow_lower")] += rng.uniform(0.2, 0.5) * flash[:, None]


def _draw_blinks(num_frames: int, rng: np.random.Generator) -> NDArray[np.float64]:
    lids = np.ones(num_frames)
    for _ in range(rng.poisson(0.7)):
        start = int(rng.integers(0, num_frames))
        lids[start : start + 2] = rng.uniform(0.0, 0.2)
    return lids
