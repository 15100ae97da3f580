"""From a list of names and labels to clips."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from d2sp_mm.converters.clip_library import ClipLibrary
from d2sp_mm.converters.conversion import Clip
from d2sp_mm.converters.problems import Problems, check_named_once
from d2sp_mm.converters.split_list import Row
from d2sp_mm.errors import DataError


def clips_of(
    rows: Iterable[Row], path: Path, library: ClipLibrary, label_of: Callable[[Row], int], problems: Problems
) -> list[Clip]:
    """The clips of a list, without those that are missing or empty.

    Args:
        rows: The list; the first cell names the clip.
        path: The list's file, for messages.
        library: Where the clips are.
        label_of: Gives the index of the class of a row.
        problems: Takes note of clips that are missing or empty.

    Raises:
        DataError: A clip is named twice, or ``label_of`` refuses a row.
    """
    clips = []
    for row in rows:
        label = label_of(row)
        try:
            found = library.find(row.cells[0])
        except DataError as error:
            problems.add(str(error))
            continue
        clips.append(Clip(found.key, label, found.source, found.frames))
    check_named_once(clips, str(path))
    return clips
