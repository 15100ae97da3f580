"""Finding the clips that a list names: videos, or folders of frames."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from d2sp_mm.converters.natural_order import natural_key, without_zeros
from d2sp_mm.errors import DataError

VIDEOS = (".mp4", ".avi", ".flv", ".mkv", ".mov", ".webm", ".mpg", ".mpeg")
IMAGES = (".jpg", ".jpeg", ".png", ".bmp")


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
    """The clips below a folder, found by name whatever their zeros and suffixes.

    Args:
        folder: The folder.
        of_frames: Whether a clip is a folder of images.
    """

    folder: Path
    of_frames: bool
    _listings: dict[Path, dict[str, list[str]]] = field(default_factory=dict, repr=False)
    _found: dict[str, Found] = field(default_factory=dict, repr=False)

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
        stem = _stem(last)
        fitting = self._names_in(parent).get(without_zeros(stem), [])
        exact = [entry for entry in fitting if (entry if self.of_frames else _stem(entry)) == stem]
        fitting = exact or fitting
        if not fitting:
            kind = "folder of frames" if self.of_frames else f"video ({', '.join(VIDEOS)})"
            raise DataError(f"{name!r} is missing: no {kind} of that name in {parent}")
        if len(fitting) > 1:
            raise DataError(f"{name!r} may be any of {', '.join(sorted(fitting))} in {parent}")
        path = parent / fitting[0]
        key = path.relative_to(self.folder).as_posix()
        if not self.of_frames:
            if path.stat().st_size == 0:
                raise DataError(f"{name!r} is empty: {path} has no bytes")
            return Found(key, path, None)
        frames = sorted((entry for entry in os.listdir(path) if entry.lower().endswith(IMAGES)), key=natural_key)
        if not frames:
            raise DataError(f"{name!r} is empty: {path} holds no image ({', '.join(IMAGES)})")
        return Found(key, path, tuple(frames))

    def _names_in(self, parent: Path) -> dict[str, list[str]]:
        if parent not in self._listings:
            names: dict[str, list[str]] = {}
            if parent.is_dir():
                for entry in os.scandir(parent):
                    if self.of_frames and entry.is_dir():
                        names.setdefault(without_zeros(entry.name), []).append(entry.name)
                    elif not self.of_frames and entry.name.lower().endswith(VIDEOS):
                        names.setdefault(without_zeros(_stem(entry.name)), []).append(entry.name)
            self._listings[parent] = names
        return self._listings[parent]


def _stem(name: str) -> str:
    stem, suffix = os.path.splitext(name)
    return stem if suffix.lower() in VIDEOS else name
