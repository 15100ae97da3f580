"""Bringing clips into the folder that is written, by links."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np

from d2sp_mm.converters.conversion import FRAME_NAMES, PIXEL_NAMES, Clip
from d2sp_mm.converters.options import Options
from d2sp_mm.errors import DataError

#: The link to the folder of the clips: of videos, which are used as they are, or of folders of frames.
VIDEOS, SOURCE = "videos", "source"


def link_clips(clips: list[Clip], out: Path, options: Options) -> None:
    """Make the clips reachable under the names that lists and MMAction2 use.

    A folder of frames gets a link a frame, through one link to where all are: so the text of each is short, and file systems
    keep it in the directory entry's own record.

    Args:
        clips: The clips, each once.
        out: The folder that is written.
        options: Its progress is shown.

    Raises:
        DataError: An image cannot be encoded.
        OSError: Links cannot be made.
    """
    sources = {_folder_of(clip): VIDEOS if clip.frames is None else SOURCE for clip in clips if clip.pixels is None}
    for source, name in sources.items():
        os.symlink(os.path.relpath(source.resolve(), out.resolve()), out / name, target_is_directory=True)
    of_frames = [clip for clip in clips if clip.frames is not None]
    for clip in options.progress(of_frames, "Linking frames") if of_frames else ():
        _link_frames(clip, out / "frames" / clip.key)


def _folder_of(clip: Clip) -> Path:
    """The folder that the clip's key starts from."""
    return clip.source.absolute().parents[clip.key.count("/")]


def _link_frames(clip: Clip, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    names = list(clip.frames or ())
    # From the folder that holds this clip's folder up to the one that is written, and into the source.
    source = os.path.join(*[".."] * (clip.key.count("/") + 1), SOURCE, clip.key)
    if clip.pixels is None and names == [FRAME_NAMES.format(i + 1) for i in range(len(names))]:
        os.symlink(source, folder, target_is_directory=True)
        return
    folder.mkdir()
    if clip.pixels is not None:
        _write_png(folder / PIXEL_NAMES.format(1), clip.pixels)
        return
    for i, name in enumerate(names, start=1):
        os.symlink(os.path.join("..", source, name), folder / FRAME_NAMES.format(i))


def _write_png(path: Path, pixels: np.ndarray) -> None:
    done, encoded = cv2.imencode(".png", pixels)
    if not done:
        raise DataError(f"{path}: the image could not be encoded.")
    path.write_bytes(encoded.tobytes())
