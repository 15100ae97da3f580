"""The clips of a set on the disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from d2sp_mm.datasets.converters.conversion import Clip
from d2sp_mm.datasets.converters.names import natural_key, without_zeros
from d2sp_mm.datasets.converters.problems import Problems, check_named_once
from d2sp_mm.datasets.converters.split_list import Row
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


VIDEOS = (".mp4", ".avi", ".flv", ".mkv", ".mov", ".webm", ".mpg", ".mpeg")
IMAGES = (".jpg", ".jpeg", ".png", ".bmp")
#: What stands in place of a file that Git LFS has not fetched; such a file is shorter than any video.
_LFS_POINTER, _LONGEST_POINTER = b"version https://git-lfs", 1024


@dataclass(frozen=True)
class Found:
    """A clip on the disk.

    Args:
        key: Its path below the library's folder.
        source: Its path.
        frames: Image files in their order by number; None for a video.
    """

    key: str
    source: Path
    frames: tuple[str, ...] | None


@dataclass
class ClipLibrary:
    """The clips below a folder, found by name whatever their zeros and suffixes; hidden entries are not clips.

    Args:
        folder: The folder.
        of_frames: Whether a clip is a folder of images, or a video.
    """

    folder: Path
    of_frames: bool
    _listings: dict[Path, dict[str, list[str]]] = field(default_factory=dict, repr=False)
    _found: dict[str, Found] = field(default_factory=dict, repr=False)

    @classmethod
    def of_either(cls, folder: Path) -> ClipLibrary:
        """The library of a flat folder: of videos if it holds one, else of folders of frames."""
        return cls(folder, of_frames=not list_videos(folder))

    def find(self, name: str) -> Found:
        """The clip of a name.

        Args:
            name: As a list has it: a path below the folder, with or without zeros and suffix.

        Raises:
            DataError: It is missing, holds nothing, or several fit.
        """
        if name not in self._found:
            self._found[name] = self._look_for(name)
        return self._found[name]

    def _look_for(self, name: str) -> Found:
        folder, _, last = name.replace("\\", "/").rpartition("/")
        parent = self.folder / folder
        # A list of videos serves for the folders of their frames as well.
        stem = without_video_suffix(last)
        fitting = self._names_in(parent).get(without_zeros(stem), [])
        exact = [entry for entry in fitting if (entry if self.of_frames else without_video_suffix(entry)) == stem]
        fitting = exact or fitting
        if not fitting:
            kind = "folder of frames" if self.of_frames else f"video ({', '.join(VIDEOS)})"
            raise DataError(f"{name!r} is missing: no {kind} of that name in {parent}")
        if len(fitting) > 1:
            raise DataError(f"{name!r} may be any of {', '.join(sorted(fitting))} in {parent}")
        path = parent / fitting[0]
        key = path.relative_to(self.folder).as_posix()
        if not self.of_frames:
            _refuse_empty(name, path)
            return Found(key, path, None)
        frames = sorted(
            (e for e in os.listdir(path) if e.lower().endswith(IMAGES) and not e.startswith(".")), key=natural_key
        )
        if not frames:
            raise DataError(f"{name!r} is empty: {path} holds no image ({', '.join(IMAGES)})")
        return Found(key, path, tuple(frames))

    def _names_in(self, parent: Path) -> dict[str, list[str]]:
        if parent not in self._listings:
            names: dict[str, list[str]] = {}
            for entry in _clips_in(parent, self.of_frames):
                stem = entry if self.of_frames else without_video_suffix(entry)
                names.setdefault(without_zeros(stem), []).append(entry)
            self._listings[parent] = names
        return self._listings[parent]


def list_videos(folder: Path) -> list[str]:
    """Names of the videos of a folder, those of hidden files left out, in the order of their numbers."""
    return sorted(_clips_in(folder, of_frames=False), key=natural_key)


def without_video_suffix(name: str) -> str:
    """A file's name without the suffix of a video, if it has one."""
    stem, suffix = os.path.splitext(name)
    return stem if suffix.lower() in VIDEOS else name


def _clips_in(folder: Path, of_frames: bool) -> list[str]:
    if not folder.is_dir():
        return []
    entries = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
    if of_frames:
        return [entry.name for entry in entries if entry.is_dir()]
    return [entry.name for entry in entries if entry.name.lower().endswith(VIDEOS)]


def _refuse_empty(name: str, path: Path) -> None:
    size = path.stat().st_size
    if size == 0:
        raise DataError(f"{name!r} is empty: {path} has no bytes")
    if size < _LONGEST_POINTER and path.read_bytes().startswith(_LFS_POINTER):
        raise DataError(f"{name!r} is empty: {path} is a pointer of Git LFS; run `git lfs pull` there")
