"""Checkpoints on a local disk that appear whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from d2sp_mm.annotations.atomic_write import atomic_write

#: Its name among MMEngine's backends.
NAME = "d2sp_mm_atomic"


class AtomicLocalBackend(LocalBackend):
    """MMEngine's backend of the local disk, which writes beside and renames.

    Source:
        ``mmengine/fileio/backends/local_backend.py``, whose ``put`` opens the file itself, so that a process that is killed
        meanwhile, or a full disk, leaves a part of a checkpoint under the name of a whole one.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write the bytes.

        Raises:
            WriteError: If they cannot be written; an older file of that name is untouched then.
        """
        atomic_write(filepath, obj)


class LateRemovalBackend(AtomicLocalBackend):
    """The same, but what is to be removed stays until :meth:`remove_now`.

    Args:
        remember: Called with the files that are to go, whenever they change: a process that is killed before they have gone
            must find them again.
    """

    def __init__(self, remember: Callable[[list[str]], None]) -> None:
        super().__init__()
        self._remember = remember
        self._doomed: list[str] = []

    def remove(self, filepath: str | Path) -> None:
        """Remember the file as one to remove."""
        self._doomed.append(str(filepath))
        self._remember(list(self._doomed))

    def remove_now(self, but: set[str]) -> None:
        """Remove what was remembered.

        Args:
            but: Files that have been written anew meanwhile and stay.
        """
        for path in self._doomed:
            if path not in but and self.isfile(path):
                super().remove(path)
        self._doomed = []
        self._remember([])


register_backend(NAME, AtomicLocalBackend, force=True)
