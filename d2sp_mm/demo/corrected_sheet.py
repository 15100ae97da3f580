"""The picture of the clips with corrected labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from d2sp_mm.demo.clips import Clips
from d2sp_mm.demo.contact_sheet import NUM_FRAMES, Tile, draw_contact_sheet
from d2sp_mm.pictures.frames import read_video

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
        spoiled = f"   {clips.told(sample)}" if clips.noise[sample] == "low_quality" else ""
        caption = f"{names[0]} → {names[1]}   truth: {names[2]}\n{table.keys[sample]}{spoiled}"
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
