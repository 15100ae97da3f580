"""Sheets of clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from d2sp_mm.experiments.demo.clips import Clips
from d2sp_mm.visualization.frames import read_video

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


_TILES = 30


def draw_corrected(path: Path, clips: Clips) -> None:
    """Draw corrected clips with their old, new and true label, spread evenly from the surest to the least sure.

    Args:
        path: The PNG file to write.
        clips: The training clips.
    """
    table, truth = clips.table, clips.true_labels
    corrected = np.flatnonzero(table.corrected_labels != table.labels)
    corrected = corrected[np.argsort(table.label_scores[corrected], kind="stable")]
    right = int((table.corrected_labels[corrected] == truth[corrected]).sum())
    # An honest choice: the first ones alone are the surest, and look better than all.
    shown = corrected[np.unique(np.linspace(0, len(corrected) - 1, min(_TILES, len(corrected))).round().astype(int))]
    tiles = []
    for sample in shown:
        names = [clips.classes[labels[sample]] for labels in (table.labels, table.corrected_labels, truth)]
        corrupted = f"   {clips.describe(sample)}" if clips.noise[sample] == "low_quality" else ""
        caption = f"{names[0]} → {names[1]}   truth: {names[2]}\n{table.keys[sample]}{corrupted}"
        frames = read_video(clips.videos / table.keys[sample], NUM_FRAMES)
        tiles.append(Tile(frames, caption, bool(table.corrected_labels[sample] == truth[sample])))
    share = f", {right / len(corrected):.0%} of them to the true class" if len(corrected) else ""
    draw_contact_sheet(
        path,
        tiles,
        f"{len(corrected)} corrected labels{share}",
        f"Given label → corrected label. Green: the corrected label is the true one. Red: it is not.\n"
        f"Shown are {len(tiles)}, spread evenly from the surest to the least sure.",
    )


#: They look all alike, and would fill the sheet.
_UNDECODABLE_TILES = 3


def draw_lowest_scored(path: Path, clips: Clips) -> None:
    """Draw the clips of lowest quality score, the lowest first.

    Args:
        path: The PNG file to write.
        clips: The training clips.
    """
    scores = clips.table.quality_scores
    tiles: list[Tile] = []
    left_out = 0
    for sample in np.argsort(scores, kind="stable")[: np.count_nonzero(~np.isnan(scores))]:
        if len(tiles) == _TILES:
            break
        frames = read_video(clips.videos / clips.table.keys[sample], NUM_FRAMES)
        if frames is None and sum(tile.frames is None for tile in tiles) == _UNDECODABLE_TILES:
            left_out += 1
            continue
        status = "" if not clips.table.keep[sample] else ", kept"
        caption = f"{clips.table.keys[sample]}   score {scores[sample]:.3f}{status}\n{clips.describe(sample)}"
        tiles.append(Tile(frames, caption, bool(clips.noise[sample] == "low_quality")))
    corrupted = sum(tile.is_right for tile in tiles)
    rate = float((clips.noise == "low_quality").mean())
    more = f" {left_out} more that cannot be decoded are left out." if left_out else ""
    draw_contact_sheet(
        path,
        tiles,
        f"The {len(tiles)} lowest quality scores: {corrupted} of them are of corrupted clips",
        f"Of all training clips, {rate:.0%} are. Green: the truth says corrupted. Red: it does not.\n"
        f"A clip that cannot be decoded has score 0.{more}",
    )
