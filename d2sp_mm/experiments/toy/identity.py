"""Who is in the picture: the shape, the colours and the habits of one face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from d2sp_mm.experiments.toy.expression import ACTIONS

Colour = tuple[float, float, float]

_SKIN = np.array([(250, 222, 202), (240, 200, 170), (222, 175, 138), (190, 138, 100), (150, 104, 74), (112, 76, 56)])
_HAIR = np.array([(30, 24, 22), (64, 42, 28), (112, 74, 42), (196, 158, 92), (150, 70, 40), (150, 150, 150)])
_IRIS = np.array([(60, 40, 28), (92, 62, 34), (72, 108, 132), (84, 116, 82)])


@dataclass(frozen=True)
class Identity:
    """One person. Lengths are in half-widths of the face, colours are RGB in [0, 255].

    Attributes:
        height: Half-height of the face.
        jaw: Squareness of the jaw, 0 = pointed, 1 = square.
        eye_distance: From the middle to an eye.
        eye_size: Half-width of an eye.
        eye_height: Half-opening of an eye at rest.
        brow_height: From the eye's middle up to the brow.
        brow_thickness: Thickness of a brow.
        nose_length: From the eyes down to the nose's end.
        nose_width: Half-width of the nose.
        mouth_width: Half-width of the mouth at rest.
        lip: Thickness of a lip.
        skin: Colour of the skin.
        hair: Colour of the hair and the brows.
        iris: Colour of the iris.
        lips: Colour of the lips.
        clothes: Colour of the clothes.
        hairline: Height of the hairline, 0 = at the top of the head, 1 = at the brows.
        long_hair: Whether the hair falls beside the face.
        glasses: Whether the person wears glasses.
        beard: Whether the person has a beard.
        moustache: Whether the person has a moustache.
        rest: Shape (actions,): what the face does when it does nothing.
        gain: How strongly this person expresses, about 1.
    """

    height: float
    jaw: float
    eye_distance: float
    eye_size: float
    eye_height: float
    brow_height: float
    brow_thickness: float
    nose_length: float
    nose_width: float
    mouth_width: float
    lip: float
    skin: Colour
    hair: Colour
    iris: Colour
    lips: Colour
    clothes: Colour
    hairline: float
    long_hair: bool
    glasses: bool
    beard: bool
    moustache: bool
    rest: NDArray[np.float64]
    gain: float


def draw_identity(rng: np.random.Generator) -> Identity:
    """Draw a person.

    Args:
        rng: Source of randomness.

    Returns:
        The person.
    """
    tone = int(rng.integers(0, len(_SKIN) - 1))
    skin = _between(_SKIN, tone, rng)
    # Light hair on dark skin would hide the brows, the strongest sign on a face.
    hair = _between(_HAIR, int(rng.integers(0, len(_HAIR) - 1 if tone < 2 else 2)), rng)
    redness = rng.uniform(0.25, 0.6)
    rest = np.zeros(len(ACTIONS))
    for action, spread in (("brow_lower", 0.10), ("brow_inner", 0.08), ("eye_wide", 0.12), ("corner", 0.12)):
        rest[ACTIONS.index(action)] = rng.normal(0.0, spread)
    return Identity(
        height=rng.uniform(1.2, 1.42),
        jaw=rng.uniform(0.0, 1.0),
        eye_distance=rng.uniform(0.38, 0.46),
        eye_size=rng.uniform(0.17, 0.215),
        eye_height=rng.uniform(0.075, 0.105),
        brow_height=rng.uniform(0.25, 0.33),
        brow_thickness=rng.uniform(0.045, 0.095),
        nose_length=rng.uniform(0.42, 0.54),
        nose_width=rng.uniform(0.12, 0.19),
        mouth_width=rng.uniform(0.32, 0.43),
        lip=rng.uniform(0.05, 0.10),
        skin=skin,
        hair=hair,
        iris=_between(_IRIS, int(rng.integers(0, len(_IRIS) - 1)), rng),
        lips=mix(mix(skin, (178, 60, 66), redness), (0, 0, 0), 0.08),
        clothes=_to_colour(rng.uniform(20, 230, size=3)),
        hairline=rng.uniform(0.05, 0.7),
        long_hair=bool(rng.random() < 0.4),
        glasses=bool(rng.random() < 0.18),
        beard=bool(rng.random() < 0.15),
        moustache=bool(rng.random() < 0.10),
        rest=rest,
        gain=float(rng.uniform(0.8, 1.15)),
    )


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours.

    Args:
        first: Colour at share 0.
        second: Colour at share 1.
        share: Share of the second; cut to [0, 1].

    Returns:
        The blend.
    """
    share = min(max(float(share), 0.0), 1.0)
    return (
        first[0] + (second[0] - first[0]) * share,
        first[1] + (second[1] - first[1]) * share,
        first[2] + (second[2] - first[2]) * share,
    )


def _between(palette: NDArray[np.int64], place: int, rng: np.random.Generator) -> Colour:
    """A colour between a palette's colour and the next one, a little off."""
    share = rng.random()
    colour = palette[place] * (1 - share) + palette[place + 1] * share + rng.normal(0, 5, size=3)
    return _to_colour(np.clip(colour, 0, 255))


def _to_colour(values: NDArray[np.float64]) -> Colour:
    return (float(values[0]), float(values[1]), float(values[2]))
