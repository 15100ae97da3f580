"""AFEW 7.0: film clips, seven emotions, train and val."""

from __future__ import annotations

import os
from pathlib import Path

from d2sp_mm.datasets.converters.clip_library import VIDEOS, ClipLibrary, list_videos
from d2sp_mm.datasets.converters.conversion import Clip, Conversion, Options
from d2sp_mm.datasets.converters.names import SEVEN, class_of
from d2sp_mm.datasets.converters.problems import Problems, check_named_once, check_no_overlap
from d2sp_mm.errors import ConfigError, DataError

#: EmotiW 2017; the labels of the test set are not handed out, so that val is tested on.
PUBLISHED = {"train": 773, "test": 383}
_PARTS = {"train": "Train_AFEW", "test": "Val_AFEW"}


def convert(root: Path, options: Options) -> Conversion:
    """Convert AFEW.

    Args:
        root: The folder with ``Train_AFEW/<emotion>/<clip>.avi`` and ``Val_AFEW/<emotion>/<clip>.avi``.
        options: The user's choices. ``clips`` may name the folder of face images by a pattern below each part, such as
            ``AlignedFaces_LBPTOP_Points*/Faces``; a clip is its folder of frames then, and the videos tell the label.

    Returns:
        Lists ``train`` and ``test`` (AFEW's val).

    Raises:
        ConfigError: A part is missing, or the pattern fits no folder.
        DataError: A folder's name is no emotion, or a clip cannot be used.

    Source:
        A. Dhall et al., "From individual to group-level emotion recognition: EmotiW 5.0", ICMI 2017.
    """
    problems = Problems(options.allow_missing)
    lists = {name: _clips(root, root / part, options, problems) for name, part in _PARTS.items()}
    notes = problems.settle()
    train, test = ([Clip(clip.source.stem, clip.label, clip.source) for clip in lists[name]] for name in _PARTS)
    for part, clips in (("train", train), ("val", test)):
        check_named_once(clips, f"AFEW, {part}")
    check_no_overlap(train, test, "AFEW")
    return Conversion("AFEW", SEVEN, lists, dict(PUBLISHED), notes)


def _clips(root: Path, part: Path, options: Options, problems: Problems) -> list[Clip]:
    if not part.is_dir():
        raise ConfigError(f"{root}: no folder {part.name}; expected Train_AFEW and Val_AFEW.")
    # Folders of faces stand beside the emotions' folders, which alone hold videos.
    folders = [folder for folder in sorted(part.iterdir()) if folder.is_dir() and list_videos(folder)]
    library = ClipLibrary(root, of_frames=False)
    below = ""
    if options.clips:
        faces = sorted(part.glob(options.clips))
        if len(faces) != 1:
            raise ConfigError(f"clips={options.clips!r} fits {len(faces)} folders of {part}; it must fit one.")
        library, below = ClipLibrary(root, of_frames=True), f"{faces[0].relative_to(root).as_posix()}/"
    clips = []
    for folder in options.progress(folders, f"Looking for clips of {part.name}"):
        label = class_of(folder.name, SEVEN, str(folder))
        for video in list_videos(folder):
            name = below + os.path.splitext(video)[0] if below else f"{part.name}/{folder.name}/{video}"
            try:
                found = library.find(name)
            except DataError as error:
                problems.add(str(error))
                continue
            clips.append(Clip(found.key, label, found.source, found.frames))
    if not clips:
        raise DataError(f"{part}: no folder of it holds a video ({', '.join(VIDEOS)}).")
    return clips
