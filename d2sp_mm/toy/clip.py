"""Drawing one clip, from its class and its person to its frames."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from d2sp_mm.noise.spoil import spoil_frames
from d2sp_mm.toy.brush import Brush
from d2sp_mm.toy.draw_face import draw_face
from d2sp_mm.toy.expression import ACTIONS
from d2sp_mm.toy.identity import Identity
from d2sp_mm.toy.motion import Motion, draw_motion
from d2sp_mm.toy.scene import Pose, apply_light, draw_background, draw_light, draw_pose

_OVERSAMPLING = 2  # drawn twice as large and shrunk: thin lines stay smooth


@dataclass(frozen=True)
class Clip:
    """A drawn clip.

    Attributes:
        frames: Shape (t, size, size, 3), RGB, uint8.
        intensity: Strength of the expression, 1 = the prototype.
    """

    frames: NDArray[np.uint8]
    intensity: float


def draw_clip(
    label: int, who: Identity, rng: np.random.Generator, image_size: int = 64, num_frames: int = 16, spoiled: str = ""
) -> Clip:
    """Draw one clip.

    A clip without a face is drawn without one; a frozen clip shows the face at rest.

    Args:
        label: Class in the order of DFEW_CLASSES.
        who: The person.
        rng: Source of randomness.
        image_size: Side of the pictures in pixels.
        num_frames: Number of frames.
        spoiled: Kind of spoiling of the pictures, a name in :data:`d2sp_mm.noise.spoil.KINDS`; empty = none.

    Returns:
        The clip.

    Raises:
        ConfigError: The kind of spoiling is unknown.

    Source:
        Our own.
    """
    motion = draw_motion(label, who, num_frames, rng)
    pose = draw_pose(num_frames, rng)
    light = draw_light(image_size, rng)
    background = draw_background(image_size * _OVERSAMPLING, rng)
    frames = np.empty((num_frames, image_size, image_size, 3), np.uint8)
    for step in range(num_frames):
        picture = background.copy()
        if spoiled == "frozen":
            _draw_frame(picture, who, pose, 0, dict(zip(ACTIONS, who.rest)), 1.0)
        elif spoiled != "no_face":
            _draw_frame(picture, who, pose, step, _actions(motion, step), motion.lids[step])
        small = cv2.resize(picture, (image_size, image_size), interpolation=cv2.INTER_AREA)
        frames[step] = apply_light(small.astype(np.uint8), light, rng)
    if spoiled and spoiled != "no_face":
        frames = spoil_frames(frames, spoiled, rng)
    return Clip(frames, motion.intensity)


def _actions(motion: Motion, step: int) -> dict[str, float]:
    return dict(zip(ACTIONS, (float(value) for value in motion.actions[step])))


def _draw_frame(
    picture: NDArray[np.uint8], who: Identity, pose: Pose, step: int, act: dict[str, float], lid: float
) -> None:
    size = picture.shape[0]
    brush = Brush(
        picture,
        (pose.x[step] * size, pose.y[step] * size),
        pose.scale[step] * size,
        pose.roll[step],
        pose.yaw[step],
        pose.pitch[step],
    )
    draw_face(brush, who, act, lid)
