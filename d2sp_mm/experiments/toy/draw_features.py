"""Drawing the parts of a face that move: eyes, brows, nose, mouth."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from d2sp_mm.experiments.toy.brush import Brush, ellipse
from d2sp_mm.experiments.toy.identity import Colour, Identity, mix

_BLACK: Colour = (0.0, 0.0, 0.0)
_TEETH: Colour = (238.0, 234.0, 224.0)
_EYE_Y = -0.20
_MOUTH_Y = 0.66
_S = np.linspace(-1.0, 1.0, 13)  # along an eye or a mouth, from one corner to the other


def draw_eye(brush: Brush, who: Identity, act: Mapping[str, float], side: int, lid: float) -> None:
    """Draw one eye.

    Args:
        brush: Where to draw.
        who: The person.
        act: Facial actions by name.
        side: -1 = left in the picture, 1 = right.
        lid: 1 = open, 0 = closed by a blink.
    """
    middle = side * who.eye_distance
    wide = act["eye_wide"]
    opening = who.eye_height * (1 + 0.8 * wide if wide > 0 else 1 + 0.65 * wide) * lid
    xs = middle + who.eye_size * _S
    arch = 1 - _S**2
    # The inner end of the upper lid goes with the brow: up in grief and fear, down in anger.
    inner = np.clip(-_S * side, 0, 1) * arch
    slope = 0.06 * act["brow_inner"] - 0.07 * act["brow_lower"]
    upper = _EYE_Y - 1.15 * opening * arch - slope * inner * lid
    lower = _EYE_Y + 0.9 * opening * arch * (1 - 0.55 * np.clip(act["cheek"], 0, 1))
    lower = np.maximum(lower, upper + 0.005)
    brush.fill(_ring(xs, upper, xs, lower), (236.0, 234.0, 230.0))
    _draw_iris(brush, who, middle, xs, upper, lower)
    dark = mix(who.skin, _BLACK, 0.75)
    brush.line(np.stack([xs, upper], axis=1), dark, 0.045)
    brush.line(np.stack([xs, lower], axis=1), mix(who.skin, _BLACK, 0.35), 0.015)
    if act["cheek"] > 0.05:
        fold = np.stack([xs, _EYE_Y + 0.17 + 0.05 * arch], axis=1)
        brush.line(fold, mix(who.skin, _BLACK, 0.28 * act["cheek"]), 0.03)


def _draw_iris(
    brush: Brush,
    who: Identity,
    middle: float,
    xs: NDArray[np.float64],
    upper: NDArray[np.float64],
    lower: NDArray[np.float64],
) -> None:
    """The iris is round where the lids leave it open, so it is cut by them point by point."""
    for radius, colour in ((0.55 * who.eye_size, who.iris), (0.27 * who.eye_size, (12.0, 10.0, 10.0))):
        circle = ellipse(middle, _EYE_Y, radius, radius, points=18)
        top = np.interp(circle[:, 0], xs, upper)
        bottom = np.interp(circle[:, 0], xs, lower)
        circle[:, 1] = np.clip(circle[:, 1], top, bottom)
        brush.fill(circle, colour)


def draw_brow(brush: Brush, who: Identity, act: Mapping[str, float], side: int) -> None:
    """Draw one brow.

    Args:
        brush: Where to draw.
        who: The person.
        act: Facial actions by name.
        side: -1 = left in the picture, 1 = right.
    """
    base = _EYE_Y - who.brow_height
    lower = act["brow_lower"]
    inner = (who.eye_distance - 0.23 - 0.06 * lower, base - 0.17 * act["brow_inner"] + 0.17 * lower)
    middle = (
        who.eye_distance + 0.02,
        base - 0.04 - 0.08 * act["brow_inner"] - 0.12 * act["brow_outer"] + 0.07 * lower,
    )
    outer = (who.eye_distance + 0.29, base + 0.03 - 0.16 * act["brow_outer"] + 0.02 * act["brow_inner"])
    share = np.linspace(0, 1, 9)
    # A parabola through the three points.
    weights = np.stack([(1 - share) * (1 - 2 * share), 4 * share * (1 - share), share * (2 * share - 1)])
    curve = weights.T @ np.array([inner, middle, outer])
    thickness = who.brow_thickness * (1 - 0.65 * share**2)
    xs = side * curve[:, 0]
    brush.fill(_ring(xs, curve[:, 1] - thickness, xs, curve[:, 1] + thickness), mix(who.hair, _BLACK, 0.25))


def draw_brow_folds(brush: Brush, who: Identity, act: Mapping[str, float]) -> None:
    """Draw the lines of the forehead and the frown.

    Args:
        brush: Where to draw.
        who: The person.
        act: Facial actions by name.
    """
    raised = min(act["brow_inner"], act["brow_inner"] * 0.5 + act["brow_outer"] * 0.5)
    if raised > 0.2:
        for y in (-0.80, -0.90):
            line = np.stack([0.42 * _S, y - 0.03 * (1 - _S**2)], axis=1)
            brush.line(line, mix(who.skin, _BLACK, 0.22 * raised), 0.02)
    if act["brow_lower"] > 0.1:
        for x in (-0.06, 0.06):
            line = np.array([(x, -0.30), (x * 0.8, -0.46)])
            brush.line(line, mix(who.skin, _BLACK, 0.40 * act["brow_lower"]), 0.025)


def draw_nose(brush: Brush, who: Identity, act: Mapping[str, float]) -> None:
    """Draw the nose, its wrinkles, and the folds from the nose to the mouth.

    Args:
        brush: Where to draw.
        who: The person.
        act: Facial actions by name.
    """
    wrinkle = float(np.clip(act["nose_wrinkle"], 0, 1.3))
    tip = _EYE_Y + who.nose_length - 0.06 * wrinkle
    wing = who.nose_width * (1 + 0.2 * wrinkle)
    shade = mix(who.skin, _BLACK, 0.22)
    brush.line([(-0.05, -0.15), (-0.07, tip - 0.12), (-wing, tip - 0.02), (-0.5 * wing, tip + 0.03)], shade, 0.025)
    brush.line([(-0.6 * wing, tip + 0.03), (0.0, tip + 0.05), (0.6 * wing, tip + 0.03)], shade, 0.035)
    brush.line([(wing, tip - 0.06), (wing * 1.02, tip), (0.5 * wing, tip + 0.03)], shade, 0.025)
    if wrinkle > 0.1:
        crease = mix(who.skin, _BLACK, 0.42 * wrinkle)
        for y in (-0.20, -0.11, -0.02):
            brush.line([(-0.12, y + 0.03), (0.0, y - 0.02), (0.12, y + 0.03)], crease, 0.022)
    fold = np.clip(0.9 * max(act["upper_lip"], 0) + 0.6 * wrinkle + 0.6 * max(act["corner"], 0), 0, 1)
    if fold > 0.1:
        corner_y = _MOUTH_Y - 0.10 * act["corner"]
        for side in (-1, 1):
            points = [(side * (wing + 0.05), tip - 0.04), (side * 0.40, tip + 0.12), (side * 0.53, corner_y)]
            brush.line(points, mix(who.skin, _BLACK, 0.35 * fold), 0.025)


def draw_mouth(brush: Brush, who: Identity, act: Mapping[str, float]) -> None:
    """Draw lips, teeth and the open mouth.

    Args:
        brush: Where to draw.
        who: The person.
        act: Facial actions by name.
    """
    corner = act["corner"]
    half = who.mouth_width * (1 + 0.38 * act["stretch"] + 0.22 * max(corner, 0.0))
    lift = 0.14 * max(act["upper_lip"], 0.0)
    gap = max(0.0, 0.42 * act["mouth_open"])
    lip = who.lip * (1 - 0.55 * float(np.clip(act["lip_press"], 0, 1)))
    xs = half * _S
    # An open jaw takes the corners along, which makes the opening an oval.
    ends = _MOUTH_Y - 0.20 * corner + 0.35 * gap
    middle = _MOUTH_Y + 0.06 * corner
    bend = np.abs(_S) ** 1.7
    round_off = 1 - _S**2
    square_off = 1 - _S**4
    line = ends * bend + middle * (1 - bend)
    inner_top = line - (0.15 * gap + 0.35 * lift) * round_off - 0.65 * lift * square_off
    inner_bottom = line + 0.95 * gap * round_off
    outer_top = inner_top - lip * (0.25 + 0.75 * square_off)
    outer_bottom = inner_bottom + 1.25 * lip * (0.2 + 0.8 * round_off)
    brush.fill(_ring(xs, outer_top, xs, outer_bottom), who.lips)
    if gap + lift > 0.03:
        brush.fill(_ring(xs, inner_top, xs, inner_bottom), (58.0, 18.0, 20.0))
        shown = 0.2 + 0.7 * max(corner, 0.0) + 0.5 * max(act["upper_lip"], 0.0) + 0.3 * max(act["stretch"], 0.0)
        teeth = np.minimum(inner_bottom, inner_top + 0.13 * min(shown, 1.0) * square_off)
        brush.fill(_ring(0.92 * xs, inner_top, 0.92 * xs, teeth), _TEETH)
    brush.line(np.stack([xs, inner_top], axis=1), mix(who.lips, _BLACK, 0.55), 0.025)
    chin = np.stack([0.22 * _S, outer_bottom.max() + 0.07 + 0.03 * _S**2], axis=1)
    brush.line(chin, mix(who.skin, _BLACK, 0.10 + 0.2 * max(-corner, 0.0)), 0.025)


def _ring(
    top_x: NDArray[np.float64], top_y: NDArray[np.float64], low_x: NDArray[np.float64], low_y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The polygon between an upper and a lower line."""
    xs = np.concatenate([top_x, low_x[::-1]])
    ys = np.concatenate([top_y, low_y[::-1]])
    return np.stack([xs, ys], axis=1)
