"""Corrupting a skeleton sequence so that nobody could label it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from d2sp_mm.errors import ConfigError, DataError

Floats = NDArray[np.floating]
Skeleton = tuple[Floats, Floats]


def missing(keypoint: Floats, score: Floats, rng: np.random.Generator) -> Skeleton:
    """No detection: all points and scores are zero.

    Args:
        keypoint: Shape (m, t, v, d).
        score: Shape (m, t, v).
        rng: Not used; every kind is called alike.

    Returns:
        Corrupted copies of both.
    """
    return np.zeros_like(keypoint), np.zeros_like(score)


def jitter(keypoint: Floats, score: Floats, rng: np.random.Generator) -> Skeleton:
    """A detector that trembles: noise of 15 to 30 % of the skeleton's size on every point of every frame.

    Args:
        keypoint: Shape (m, t, v, d).
        score: Shape (m, t, v).
        rng: Source of randomness.

    Returns:
        Corrupted copies of both; the scores fall to a third.
    """
    size = float(np.ptp(keypoint, axis=(0, 1, 2)).max())
    noise = rng.normal(0.0, rng.uniform(0.15, 0.30) * size, size=keypoint.shape)
    return (keypoint + noise).astype(keypoint.dtype), (score / 3).astype(score.dtype)


def frozen(keypoint: Floats, score: Floats, rng: np.random.Generator) -> Skeleton:
    """Repeat the first frame.

    Args:
        keypoint: Shape (m, t, v, d).
        score: Shape (m, t, v).
        rng: Not used; every kind is called alike.

    Returns:
        Corrupted copies of both.
    """
    length = keypoint.shape[1]
    return np.repeat(keypoint[:, :1], length, axis=1), np.repeat(score[:, :1], length, axis=1)


def swapped(keypoint: Floats, score: Floats, rng: np.random.Generator) -> Skeleton:
    """Points mistaken for each other: one random order of the points in each frame.

    Args:
        keypoint: Shape (m, t, v, d).
        score: Shape (m, t, v).
        rng: Source of randomness.

    Returns:
        Corrupted copies of both, permuted alike.
    """
    order = rng.permuted(np.tile(np.arange(keypoint.shape[2]), (keypoint.shape[1], 1)), axis=1)
    return (
        np.take_along_axis(keypoint, order[None, :, :, None], axis=2),
        np.take_along_axis(score, order[None], axis=2),
    )


#: Every way to corrupt a skeleton sequence.
KINDS: dict[str, Callable[[Floats, Floats, np.random.Generator], Skeleton]] = {
    "missing": missing,
    "jitter": jitter,
    "frozen": frozen,
    "swapped": swapped,
}


def corrupt_keypoints(keypoint: Floats, score: Floats, kind: str, rng: np.random.Generator) -> Skeleton:
    """Corrupt a skeleton sequence in one of the ways of :data:`KINDS`.

    Args:
        keypoint: Points in MMAction2's layout, shape (m, t, v, d): persons, frames, points, coordinates. Left as it is.
        score: Confidence of each point, shape (m, t, v).
        kind: A name in :data:`KINDS`.
        rng: Source of randomness.

    Returns:
        Corrupted keypoint and score; same shapes and types.

    Raises:
        ConfigError: The kind is unknown.
        DataError: The shapes do not fit each other, or the sequence is empty.

    Source:
        Our own.
    """
    if kind not in KINDS:
        raise ConfigError(f"kind of corrupting {kind!r} is unknown; choose one of {', '.join(KINDS)}")
    if keypoint.ndim != 4 or keypoint.shape[:3] != score.shape or not keypoint.size:
        raise DataError(
            f"keypoint must have shape (m, t, v, d) and score (m, t, v), got {keypoint.shape} and {score.shape}"
        )
    return KINDS[kind](keypoint, score, rng)
