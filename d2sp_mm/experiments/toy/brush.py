"""A brush for a face."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from d2sp_mm.experiments.toy.identity import Colour

_SHIFT = 4  # cv2 takes whole numbers; this many binary places make sixteenths of a pixel


class Brush:
    """Draws on one picture in face coordinates.

    The face's middle is (0, 0), its half-width is 1, y runs down. A turn to the side or a nod shifts points by their
    height above the face's rim, which looks like a turn as long as it is small.

    Args:
        picture: Shape (size, size, 3), RGB; drawn on in place.
        centre: Middle of the face in pixels (x, y).
        scale: Half-width of the face in pixels.
        roll: Turn in the picture's plane, radians.
        yaw: Turn to the side, radians.
        pitch: Nod, radians.
    """

    def __init__(
        self,
        picture: NDArray[np.uint8],
        centre: tuple[float, float],
        scale: float,
        roll: float = 0.0,
        yaw: float = 0.0,
        pitch: float = 0.0,
    ) -> None:
        self._picture = picture
        self._centre = np.array(centre)
        self._scale = scale
        self._rotation = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]]) * scale
        self._turn = 0.6 * np.array([np.sin(yaw), np.sin(pitch)])

    def fill(self, points: ArrayLike, colour: Colour) -> None:
        """Fill a polygon.

        Args:
            points: Shape (n, 2), face coordinates.
            colour: RGB.
        """
        cv2.fillPoly(self._picture, [self._place(points)], colour, cv2.LINE_AA, _SHIFT)

    def line(self, points: ArrayLike, colour: Colour, width: float, closed: bool = False) -> None:
        """Draw a polyline.

        Args:
            points: Shape (n, 2), face coordinates.
            colour: RGB.
            width: In half-widths of the face; never thinner than a pixel.
            closed: Whether the last point joins the first.
        """
        pixels = max(1, round(width * self._scale))
        cv2.polylines(self._picture, [self._place(points)], closed, colour, pixels, cv2.LINE_AA, _SHIFT)

    def dot(self, centre: tuple[float, float], radius: float, colour: Colour) -> None:
        """Fill a circle.

        Args:
            centre: Face coordinates.
            radius: In half-widths of the face.
            colour: RGB.
        """
        x, y = (int(v) for v in self._place([centre])[0])
        r = round(radius * self._scale * (1 << _SHIFT))
        cv2.circle(self._picture, (x, y), r, colour, cv2.FILLED, cv2.LINE_AA, _SHIFT)

    def _place(self, points: ArrayLike) -> NDArray[np.int32]:
        xy = np.asarray(points, dtype=np.float64)
        depth = np.sqrt(np.maximum(0.0, 1.0 - xy[:, 0] ** 2 - (xy[:, 1] / 1.35) ** 2))
        placed = (xy + depth[:, None] * self._turn) @ self._rotation + self._centre
        return np.round(placed * (1 << _SHIFT)).astype(np.int32)


def ellipse(x: float, y: float, half_width: float, half_height: float, points: int = 28) -> NDArray[np.float64]:
    """Points of an ellipse.

    Args:
        x: Middle.
        y: Middle.
        half_width: Half-axis along x.
        half_height: Half-axis along y.
        points: How many.

    Returns:
        Shape (points, 2).
    """
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.stack([x + half_width * np.cos(angle), y + half_height * np.sin(angle)], axis=1)
