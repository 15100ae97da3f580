"""A whole face."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from d2sp_mm.experiments.toy.brush import Brush, ellipse
from d2sp_mm.experiments.toy.draw_features import draw_brow, draw_brow_folds, draw_eye, draw_mouth, draw_nose
from d2sp_mm.experiments.toy.identity import Identity, mix

_BLACK = (0.0, 0.0, 0.0)


def draw_face(brush: Brush, who: Identity, act: Mapping[str, float], lid: float) -> None:
    """Draw a head with its expression.

    Args:
        brush: Where to draw.
        who: The person.
        act: Facial actions by name, as in ACTIONS.
        lid: 1 = eyes open, 0 = closed by a blink.

    Source:
        Our own.
    """
    jaw_drop = 0.16 * max(act["mouth_open"], 0.0)
    outline = _outline(who, jaw_drop)
    _draw_behind(brush, who)
    brush.fill(outline, who.skin)
    for side in (-1, 1):
        brush.fill(ellipse(side * 0.55, 0.30, 0.24, 0.17), mix(who.skin, (214, 104, 92), 0.10 + 0.06 * act["cheek"]))
    if who.beard:
        _draw_beard(brush, who, outline)
    brush.line(outline, mix(who.skin, _BLACK, 0.25), 0.02, closed=True)
    _draw_hair(brush, who)
    draw_nose(brush, who, act)
    if who.moustache:
        brush.fill(ellipse(0.0, 0.50, 0.30, 0.055), who.hair)
    draw_mouth(brush, who, act)
    draw_brow_folds(brush, who, act)
    for side in (-1, 1):
        draw_eye(brush, who, act, side, lid)
        draw_brow(brush, who, act, side)
    if who.glasses:
        _draw_glasses(brush, who)


def _outline(who: Identity, jaw_drop: float) -> NDArray[np.float64]:
    outline = ellipse(0.0, 0.0, 1.0, who.height, points=40)
    below = np.clip(outline[:, 1] / who.height, 0, 1)
    outline[:, 0] *= 1 + (0.14 * who.jaw - 0.12) * np.sin(np.pi * below)
    outline[:, 1] += jaw_drop * below**2
    return outline


def _draw_behind(brush: Brush, who: Identity) -> None:
    brush.fill(ellipse(0.0, who.height + 1.25, 1.9, 1.05), who.clothes)
    neck = [(-0.45, 0.7), (0.45, 0.7), (0.5, who.height + 0.45), (-0.5, who.height + 0.45)]
    brush.fill(neck, mix(who.skin, _BLACK, 0.2))
    brush.fill(ellipse(0.0, -0.32, 1.10, who.height - 0.18), who.hair)
    if who.long_hair:
        brush.fill([(-1.12, -0.3), (1.12, -0.3), (1.22, 1.25), (-1.22, 1.25)], mix(who.hair, _BLACK, 0.12))
        brush.fill(neck, mix(who.skin, _BLACK, 0.2))
    else:
        for side in (-1, 1):
            brush.fill(ellipse(side * 1.02, 0.05, 0.13, 0.25), mix(who.skin, _BLACK, 0.1))


def _draw_hair(brush: Brush, who: Identity) -> None:
    """The fringe: from the hairline up to the top of the head."""
    line = -who.height + 0.12 + 0.42 * who.hairline
    angle = np.linspace(np.pi * 1.02, np.pi * 1.98, 20)
    top = np.stack([1.06 * np.cos(angle), who.height * 1.05 * np.sin(angle)], axis=1)
    across = np.linspace(0.98, -0.98, 12)
    low = np.stack([across, line + 0.30 * across**4], axis=1)
    brush.fill(np.concatenate([top, low]), who.hair)


def _draw_beard(brush: Brush, who: Identity, outline: NDArray[np.float64]) -> None:
    jaw = outline[outline[:, 1] > 0.15]
    jaw = jaw[np.argsort(-jaw[:, 0])]
    across = np.linspace(jaw[-1, 0] * 0.98, jaw[0, 0] * 0.98, 12)
    edge = np.stack([across, 0.50 - 0.42 * (across / jaw[0, 0]) ** 4], axis=1)
    brush.fill(np.concatenate([jaw, edge]), mix(who.hair, who.skin, 0.25))


def _draw_glasses(brush: Brush, who: Identity) -> None:
    frame = (30.0, 28.0, 30.0)
    for side in (-1, 1):
        brush.line(ellipse(side * who.eye_distance, -0.18, 0.30, 0.23), frame, 0.035, closed=True)
        brush.line([(side * (who.eye_distance + 0.30), -0.2), (side * 1.0, -0.24)], frame, 0.035)
    brush.line([(-who.eye_distance + 0.29, -0.2), (who.eye_distance - 0.29, -0.2)], frame, 0.035)
