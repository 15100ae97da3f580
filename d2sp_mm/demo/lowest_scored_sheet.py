"""The picture of the clips with the lowest quality scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from d2sp_mm.demo.clips import Clips
from d2sp_mm.demo.contact_sheet import NUM_FRAMES, Tile, draw_contact_sheet
from d2sp_mm.pictures.frames import read_video

_TILES = 30
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
        fate = "" if not clips.table.keep[sample] else ", kept"
        caption = f"{clips.table.keys[sample]}   score {scores[sample]:.3f}{fate}\n{clips.told(sample)}"
        tiles.append(Tile(frames, caption, bool(clips.noise[sample] == "low_quality")))
    spoiled = sum(tile.is_right for tile in tiles)
    rate = float((clips.noise == "low_quality").mean())
    more = f" {left_out} more that cannot be decoded are left out." if left_out else ""
    draw_contact_sheet(
        path,
        tiles,
        f"The {len(tiles)} lowest quality scores: {spoiled} of them are of spoiled clips",
        f"Of all training clips, {rate:.0%} are. Green: the truth says spoiled. Red: it does not.\n"
        f"A clip that cannot be decoded has score 0.{more}",
    )
