"""A clip of a face that moves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.noise.corrupt import corrupt_frames
from d2sp_mm.experiments.toy.brush import Brush
from d2sp_mm.experiments.toy.draw_face import draw_face
from d2sp_mm.experiments.toy.expression import ACTIONS, blended_vector, envelope
from d2sp_mm.experiments.toy.identity import Identity
from d2sp_mm.experiments.toy.scene import Pose, apply_light, draw_background, draw_light, draw_pose

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
    label: int, who: Identity, rng: np.random.Generator, image_size: int = 64, num_frames: int = 16, corrupted: str = ""
) -> Clip:
    """Draw one clip.

    A clip without a face is drawn without one; a frozen clip shows the face at rest.

    Args:
        label: Class in the order of DFEW_CLASSES.
        who: The person.
        rng: Source of randomness.
        image_size: Side of the pictures in pixels.
        num_frames: Number of frames.
        corrupted: Kind of corrupting of the pictures, a name in :data:`d2sp_mm.experiments.noise.corrupt.KINDS`; empty =
            none.

    Returns:
        The clip.

    Raises:
        ConfigError: The kind of corrupting is unknown.

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
        if corrupted == "frozen":
            _draw_frame(picture, who, pose, 0, dict(zip(ACTIONS, who.rest)), 1.0)
        elif corrupted != "no_face":
            _draw_frame(picture, who, pose, step, _actions(motion, step), motion.lids[step])
        small = cv2.resize(picture, (image_size, image_size), interpolation=cv2.INTER_AREA)
        frames[step] = apply_light(small.astype(np.uint8), light, rng)
    if corrupted and corrupted != "no_face":
        frames = corrupt_frames(frames, corrupted, rng)
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


def write_mp4(path: Path, frames: NDArray[np.uint8], fps: float) -> None:
    """Write a clip with OpenCV's own MPEG-4 encoder; the same frames always give the same bytes.

    Args:
        path: The file to write; its folder must exist.
        frames: Shape (t, h, w, 3), RGB, uint8, sides of even length.
        fps: Frames a second.

    Raises:
        DataError: The encoder cannot be opened, or wrote nothing.
    """
    height, width = frames.shape[1:3]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, (width, height))
    if not writer.isOpened():
        raise DataError(f"cannot write {path}: OpenCV opens no mp4 encoder there; check the folder and the free space")
    for frame in frames:
        writer.write(np.ascontiguousarray(frame[..., ::-1]))
    writer.release()
    if not path.is_file() or path.stat().st_size == 0:
        raise DataError(f"cannot write {path}: the encoder left no file; check the free space")
