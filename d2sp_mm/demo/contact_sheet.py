"""Drawing clips side by side, as strips of a few frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

GOOD, BAD, GREY = "#1a7f4b", "#c0392b", "#7f7f7f"
NUM_FRAMES = 4
_COLUMNS = 3
_TILE_INCHES = (3.7, 1.5)
_HEAD_INCHES = 1.05
_DPI = 110


@dataclass(frozen=True, eq=False)
class Tile:
    """One clip of a sheet.

    Args:
        frames: Shape ``(NUM_FRAMES, height, width, 3)``, ``uint8``; None where the clip cannot be decoded.
        caption: One or two lines.
        is_right: Whether the decision on the clip was right: the colour of its frame.
    """

    frames: np.ndarray | None
    caption: str
    is_right: bool


def draw_contact_sheet(path: Path, tiles: Sequence[Tile], title: str, subtitle: str) -> None:
    """Draw the tiles row by row.

    Args:
        path: The PNG file to write.
        tiles: What to draw; without any, the sheet says that there is nothing.
        title: A line above the tiles.
        subtitle: Smaller lines below the title.
    """
    rows = max(-(-len(tiles) // _COLUMNS), 1)
    width, height = _COLUMNS * _TILE_INCHES[0], rows * _TILE_INCHES[1] + _HEAD_INCHES
    figure = Figure(figsize=(width, height), dpi=_DPI, facecolor="white")
    figure.text(0.015, 1 - 0.14 / height, title, fontsize=15, fontweight="bold", va="top")
    figure.text(0.015, 1 - 0.48 / height, subtitle, fontsize=10.5, va="top", color="#333333", linespacing=1.35)
    if not tiles:
        figure.text(0.5, 0.35, "nothing to show", fontsize=14, ha="center", color=GREY)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, _COLUMNS)
        left = (column + 0.04) / _COLUMNS
        bottom = (height - _HEAD_INCHES - (row + 1) * _TILE_INCHES[1] + 0.48) / height
        axes = figure.add_axes((left, bottom, 0.92 / _COLUMNS, 0.9 / height))
        _draw_tile(axes, tile)
    figure.savefig(path)


def _draw_tile(axes: Axes, tile: Tile) -> None:
    colour = GOOD if tile.is_right else BAD
    if tile.frames is None:
        axes.set_facecolor("#dddddd")
        axes.text(0.5, 0.5, "cannot be decoded", transform=axes.transAxes, ha="center", va="center", color="#444444")
    else:
        axes.imshow(np.concatenate(list(tile.frames), axis=1), aspect="auto", interpolation="bilinear")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(color=colour, linewidth=3.5)
    mark = "✓" if tile.is_right else "✗"
    first, *others = tile.caption.split("\n")
    axes.set_xlabel("\n".join([f"{mark} {first}", *others]), fontsize=9, color=colour, labelpad=4, loc="left")
