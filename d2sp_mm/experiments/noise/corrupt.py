"""Corrupting the pictures of a clip so that nobody could label it."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from d2sp_mm.errors import ConfigError, DataError

Frames = NDArray[np.uint8]

#: Widest Gaussian that is applied at full size, pixels: above what a face of 64 pixels is blurred with.
_MAX_SIGMA = 13.0


def occluded(frames: Frames, rng: np.random.Generator) -> Frames:
    """Lay an opaque patch of 50 to 80 % of the picture over its middle; in half of the clips it drifts a little.

    Args:
        frames: Shape (t, h, w, 3).
        rng: Source of randomness.

    Returns:
        Corrupted copy, same shape.
    """
    length, height, width = frames.shape[:3]
    area = rng.uniform(0.5, 0.8)
    aspect = rng.uniform(0.85, 1.18)
    # A side that would leave the picture is cut, and the other one makes up for it: the area holds.
    share_h = min(1.0, max(area, np.sqrt(area * aspect)))
    box_h = max(1, round(height * share_h))
    box_w = max(1, round(width * area / share_h))
    steps = np.arange(length)
    drift = rng.uniform(0.02, 0.06) * np.sin(rng.uniform(0, 6.28) + steps * rng.uniform(0.2, 0.5))
    drift = drift * rng.integers(0, 2)
    direction = rng.uniform(-1, 1, size=2)
    start = rng.uniform(0.3, 0.7, size=2)
    patch = _texture(box_h, box_w, rng)
    corrupted = frames.copy()
    for step in range(length):
        top, left = np.clip(start + direction * drift[step], 0.0, 1.0) * (height - box_h, width - box_w)
        corrupted[step, int(top) : int(top) + box_h, int(left) : int(left) + box_w] = patch
    return corrupted


def dark(frames: Frames, rng: np.random.Generator) -> Frames:
    """Leave 2 to 6 % of the light, and a sensor's noise over it.

    Args:
        frames: Shape (t, h, w, 3).
        rng: Source of randomness.

    Returns:
        Corrupted copy, same shape.
    """
    light = rng.uniform(0.02, 0.06)
    mean, deviation = rng.uniform(2, 8), rng.uniform(4, 8)
    corrupted = np.empty_like(frames)
    # Frame by frame: floating-point copies of a whole large clip would not fit into memory.
    for step, frame in enumerate(frames):
        corrupted[step] = np.clip(frame * light + rng.normal(mean, deviation, size=frame.shape), 0, 255)
    return corrupted


def blurred(frames: Frames, rng: np.random.Generator) -> Frames:
    """Blur with a Gaussian whose sigma is 14 to 20 % of the picture's shorter side.

    Args:
        frames: Shape (t, h, w, 3).
        rng: Source of randomness.

    Returns:
        Corrupted copy, same shape.
    """
    sigma = rng.uniform(0.14, 0.20) * min(frames.shape[1:3])
    return np.stack([_blur(frame, sigma, cv2.BORDER_REFLECT) for frame in frames])


def no_face(frames: Frames, rng: np.random.Generator) -> Frames:
    """Show a corner of the picture, blown up and blurred, instead of its middle where the face is.

    The corner is a fifth of each side. Where a drawing can leave the face out, that is the better way.

    Args:
        frames: Shape (t, h, w, 3).
        rng: Source of randomness.

    Returns:
        Corrupted copy, same shape.
    """
    height, width = frames.shape[1:3]
    part_h, part_w = max(1, height // 5), max(1, width // 5)
    top = 0 if rng.random() < 0.5 else height - part_h
    left = 0 if rng.random() < 0.5 else width - part_w
    sigma = max(0.5, 0.03 * min(height, width))
    corners = frames[:, top : top + part_h, left : left + part_w]
    blown = [cv2.resize(corner, (width, height), interpolation=cv2.INTER_CUBIC) for corner in corners]
    return np.stack([_blur(frame, sigma, cv2.BORDER_DEFAULT) for frame in blown])


def frozen(frames: Frames, rng: np.random.Generator) -> Frames:
    """Repeat the first frame: an expression that has not begun.

    Args:
        frames: Shape (t, h, w, 3).
        rng: Not used; every kind is called alike.

    Returns:
        Corrupted copy, same shape.
    """
    return np.repeat(frames[:1], len(frames), axis=0)


#: Every way to corrupt pictures. ``truncated`` corrupts the file: see :mod:`d2sp_mm.experiments.noise.corrupt_files`.
KINDS: dict[str, Callable[[Frames, np.random.Generator], Frames]] = {
    "occluded": occluded,
    "dark": dark,
    "blurred": blurred,
    "no_face": no_face,
    "frozen": frozen,
}


def corrupt_frames(frames: Frames, kind: str, rng: np.random.Generator) -> Frames:
    """Corrupt a clip in one of the ways of :data:`KINDS`.

    Args:
        frames: Shape (t, h, w, 3), uint8, at least one frame. Left as it is.
        kind: A name in :data:`KINDS`.
        rng: Source of randomness.

    Returns:
        Corrupted copy, same shape and type.

    Raises:
        ConfigError: The kind is unknown.
        DataError: The frames are not a clip of uint8 pictures.

    Source:
        Our own; the kinds are those that DFER papers name as clips nobody can label.
    """
    if kind not in KINDS:
        raise ConfigError(f"kind of corrupting {kind!r} is unknown; choose one of {', '.join(KINDS)}")
    if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8 or not frames.size:
        raise DataError(f"frames must be uint8 of shape (t, h, w, 3), got {frames.dtype} of shape {frames.shape}")
    return KINDS[kind](frames, rng)


def _blur(frame: Frames, sigma: float, border: int) -> Frames:
    """Blur one picture; the time it takes does not grow with ``sigma``.

    The kernel of a wide Gaussian spans hundreds of pixels, so the picture is reduced first. What a blur with a sigma of
    ``_MAX_SIGMA`` pixels leaves of the reduced picture holds nothing that enlarging could lose.
    """
    height, width = frame.shape[:2]
    factor = max(1.0, sigma / _MAX_SIGMA)
    if factor == 1.0:
        return cv2.GaussianBlur(frame, (0, 0), sigma, borderType=border)
    small_size = max(1, round(width / factor)), max(1, round(height / factor))
    small = cv2.resize(frame, small_size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / factor, borderType=border)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def _texture(height: int, width: int, rng: np.random.Generator) -> Frames:
    """A soft cloth-like or plain patch."""
    coarse = rng.uniform(0, 220, size=3) + rng.normal(0, rng.uniform(0, 25), size=(5, 5, 1))
    soft = np.clip(coarse, 0, 255).astype(np.uint8)
    return cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
