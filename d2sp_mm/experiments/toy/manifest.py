"""The note in a toy set's folder that says what it was made with, and whether it was finished."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Union

from d2sp_mm.errors import ConfigError

#: Raised whenever the same settings would draw other files.
VERSION = 1

Settings = dict[str, Union[int, float, str]]

_FINISHED = "toy.json"
_UNFINISHED = "toy.unfinished.json"


def is_finished(folder: Path, settings: Settings) -> bool:
    """Whether the folder holds a finished set of just these settings.

    Args:
        folder: The set's folder.
        settings: What it should be made with.

    Returns:
        True if nothing is left to do.
    """
    file = folder / _FINISHED
    if not file.is_file():
        return False
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return bool(found == _content(settings))


def begin(folder: Path, settings: Settings, own: tuple[str, ...]) -> None:
    """Claim the folder, and clear away an unfinished or other toy set.

    Args:
        folder: The set's folder; made if absent.
        settings: What the set will be made with.
        own: Names in the folder that a toy set consists of; only these are removed.

    Raises:
        ConfigError: The folder holds something that is not a toy set.
    """
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"out_dir {folder} is a file; name a folder")
    folder.mkdir(parents=True, exist_ok=True)
    ours = (folder / _FINISHED).exists() or (folder / _UNFINISHED).exists()
    if not ours and any(folder.iterdir()):
        raise ConfigError(f"out_dir {folder} holds other files and no toy set; name an empty folder or a new one")
    (folder / _UNFINISHED).write_text(_dump(settings), encoding="utf-8")
    (folder / _FINISHED).unlink(missing_ok=True)
    for name in own:
        entry = folder / name
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)


def finish(folder: Path) -> None:
    """Mark the set as finished.

    Args:
        folder: The set's folder.
    """
    (folder / _UNFINISHED).replace(folder / _FINISHED)


def _content(settings: Settings) -> dict[str, object]:
    return {"version": VERSION, "settings": settings}


def _dump(settings: Settings) -> str:
    return json.dumps(_content(settings), indent=2) + "\n"
