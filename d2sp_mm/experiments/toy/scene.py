"""What is around the face: its pose over time, the light and the background."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Pose:
    """Where the head is in every frame; each of shape (frames,).

    Attributes:
        x: Middle of the face, share of the picture's width.
        y: Middle of the face, share of the picture's height.
        scale: Half-width of the face, share of the picture's width.
        roll: Turn in the picture's plane, radians.
        yaw: Turn to the side, radians.
        pitch: Nod, radians.
    """

    x: Floats
    y: Floats
    scale: Floats
    roll: Floats
    yaw: Floats
    pitch: Floats


@dataclass(frozen=True)
class Light:
    """The light of one clip.

    Attributes:
        field: Shape (size, size, 1): factor on every pixel.
        gamma: Exponent on the values in [0, 1].
        noise: Standard deviation of the sensor's noise, in grey levels.
    """

    field: NDArray[np.float32]
    gamma: float
    noise: float


def draw_pose(num_frames: int, rng: np.random.Generator) -> Pose:
    """Draw a head that drifts around the middle: DFER sets come cropped to the face and aligned.

    Args:
        num_frames: Length of the clip.
        rng: Source of randomness.

    Returns:
        The pose over time.
    """

    def drift(middle: float, spread: float, motion: float) -> Floats:
        time = np.linspace(0, 1, num_frames)
        slow = np.sin(rng.uniform(0, 6.28) + time * rng.uniform(1.0, 5.0))
        return middle + rng.uniform(-spread, spread) + rng.uniform(0, motion) * slow

    return Pose(
        x=drift(0.5, 0.02, 0.02),
        y=drift(0.49, 0.02, 0.015),
        scale=drift(0.37, 0.015, 0.01),
        roll=drift(0.0, 0.06, 0.05),
        yaw=drift(0.0, 0.22, 0.12),
        pitch=drift(0.0, 0.10, 0.08),
    )


def draw_light(size: int, rng: np.random.Generator) -> Light:
    """Draw the light: overall gain, a gradient from one side, gamma, noise.

    Args:
        size: Side of the picture in pixels.
        rng: Source of randomness.

    Returns:
        The light.
    """
    angle = rng.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[0:size, 0:size] / size - 0.5
    gradient = rng.uniform(0.0, 0.45) * (columns * np.cos(angle) + rows * np.sin(angle))
    field = rng.uniform(0.7, 1.15) * (1 + gradient)
    return Light(field[..., None].astype(np.float32), float(rng.uniform(0.8, 1.25)), float(rng.uniform(1.0, 6.0)))


def apply_light(picture: Picture, light: Light, rng: np.random.Generator) -> Picture:
    """Put a picture into the light.

    Args:
        picture: Shape (size, size, 3).
        light: The light.
        rng: Source of the sensor's noise.

    Returns:
        The lit picture, same shape.
    """
    table = (255 * (np.arange(256) / 255) ** light.gamma).astype(np.float32)
    noise = rng.standard_normal(picture.shape, dtype=np.float32) * light.noise
    lit = table[picture] * light.field + noise
    return np.clip(lit, 0, 255).astype(np.uint8)


def draw_background(size: int, rng: np.random.Generator) -> Picture:
    """Draw a background: a colour gradient with blotches and, at times, stripes or boxes.

    Args:
        size: Side of the picture in pixels.
        rng: Source of randomness.

    Returns:
        Shape (size, size, 3).
    """
    corners = _muted(rng, (2, 2))
    ground = cv2.resize(corners, (size, size), interpolation=cv2.INTER_LINEAR)
    cells = int(rng.integers(3, 9))
    blotches = rng.normal(0, rng.uniform(0, 30), size=(cells, cells, 1)).astype(np.float32)
    ground = ground + cv2.resize(blotches, (size, size), interpolation=cv2.INTER_CUBIC)[..., None]
    picture = np.clip(ground, 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(0, 5))):
        first, second = (tuple(int(v) for v in rng.integers(0, size, size=2)) for _ in range(2))
        colour = tuple(float(v) for v in _muted(rng, ()))
        cv2.rectangle(picture, first, second, colour, cv2.FILLED)
    return cv2.GaussianBlur(picture, (0, 0), 0.012 * size).astype(np.uint8)


def _muted(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Colours as rooms have them: two thirds grey."""
    grey = rng.uniform(40, 215, size=(*shape, 1))
    return np.clip(grey + rng.uniform(-40, 40, size=(*shape, 3)), 0, 255).astype(np.float32)
