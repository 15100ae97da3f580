"""FERV39k: 38,935 clips of 22 scenes, seven emotions, one split."""

from __future__ import annotations

from pathlib import Path

from d2sp_mm.datasets.converters.clip_library import ClipLibrary, clips_of
from d2sp_mm.datasets.converters.conversion import Conversion, Options
from d2sp_mm.datasets.converters.names import SEVEN, class_of
from d2sp_mm.datasets.converters.problems import Problems, check_no_overlap
from d2sp_mm.datasets.converters.split_list import read_split_list

PUBLISHED = {"train": 31_088, "test": 7_847}
#: Frames that the field's protocol takes; so many training clips have fewer.
_FRAMES, _SHORT = 16, 3_257


def convert(root: Path, options: Options) -> Conversion:
    """Convert FERV39k.

    Args:
        root: The folder with ``4_setups/All_scenes/{train,test}_All.csv`` and
            ``2_ClipsforFaceCrop/<scene>/<label>/<clip>/``.
        options: The user's choices.

    Returns:
        Lists ``train`` and ``test``; labels are mapped by name to DFEW's order, whatever order other repositories have.

    Raises:
        ConfigError: No folder of clips.
        DataError: A list or clip is missing or cannot be used.

    Source:
        Y. Wang et al., "FERV39k: A Large-Scale Multi-Scene Dataset for Facial Expression Recognition in Videos", CVPR
        2022.
    """
    library = ClipLibrary(options.clip_folder(root, "2_ClipsforFaceCrop"), of_frames=True)
    problems = Problems(options.allow_missing)
    lists = {}
    for part in options.progress(PUBLISHED, "Looking for clips"):
        path = root / "4_setups" / "All_scenes" / f"{part}_All.csv"
        rows = read_split_list(path)
        lists[part] = clips_of(rows, path, library, lambda row: class_of(row.cells[1], SEVEN, row.where), problems)
    notes = problems.settle()
    check_no_overlap(lists["train"], lists["test"], "FERV39k")
    short = sum(len(clip.frames or ()) < _FRAMES for clip in lists["train"])
    notes.append(f"{short:,} training clips have fewer than {_FRAMES} frames; frames of theirs are taken more than once.")
    differences = (
        [] if short == _SHORT else [f"training clips of fewer than {_FRAMES} frames: {short:,}, published are {_SHORT:,}."]
    )
    return Conversion("FERV39k", SEVEN, lists, dict(PUBLISHED), notes, differences)
