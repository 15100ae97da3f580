"""A folder in which every clip lies at its annotated path: untouched ones as links, corrupted ones as files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

from d2sp_mm.errors import DataError


def check_clips(paths: Sequence[str], data_root: Path) -> None:
    """Refuse clips that cannot be mirrored.

    Args:
        paths: The annotated paths.
        data_root: The folder that they are relative to.

    Raises:
        DataError: A path is absolute, leaves ``data_root``, lies inside another clip's folder, or does not exist.
    """
    clips = {os.path.normpath(path) for path in paths}
    for path in paths:
        normal = PurePosixPath(os.path.normpath(path))
        if normal.is_absolute() or ".." in normal.parts:
            raise DataError(
                f"the path {path!r} leaves data_root={str(data_root)!r}; make the annotated paths relative to it."
            )
        if any(str(parent) in clips for parent in normal.parents):
            raise DataError(f"the path {path!r} lies inside the folder of another clip; both cannot be linked.")
        if not (data_root / path).exists():
            raise DataError(f"{data_root / path}: does not exist; check data_root={str(data_root)!r}.")


def new_paths(paths: Sequence[str], corrupted: Collection[int], as_mp4: Collection[int]) -> list[str]:
    """Return where every clip lies in the new folder.

    A path stays wherever it can. A corrupted clip that is written as mp4 gets ``.mp4`` appended to another suffix; one
    whose file other samples share gets a name of its own.

    Args:
        paths: The annotated paths.
        corrupted: Which samples get a corrupted copy.
        as_mp4: Which of them are written as mp4.

    Returns:
        As many paths.
    """
    uses = Counter(os.path.normpath(path) for path in paths)
    taken = set(uses)
    result = list(paths)
    for i in sorted(corrupted):
        path = paths[i]
        if uses[os.path.normpath(path)] == 1 and (i not in as_mp4 or path.endswith(".mp4")):
            continue
        suffix = ".mp4" if i in as_mp4 else PurePosixPath(path).suffix
        number = 1
        candidate = path + suffix
        while os.path.normpath(candidate) in taken:
            number += 1
            candidate = f"{path}.{number}{suffix}"
        taken.add(os.path.normpath(candidate))
        result[i] = candidate
    return result


def link_clip(source: Path, target: Path) -> None:
    """Make ``target`` a symbolic link to ``source``, unless an earlier sample of the same clip did.

    Args:
        source: The untouched clip, a file or a folder.
        target: Where it shall be found.

    Raises:
        DataError: The file system knows no symbolic links.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_symlink():
        return
    try:
        target.symlink_to(source.resolve(), target_is_directory=source.is_dir())
    except OSError as error:
        raise DataError(f"{target}: cannot be made a symbolic link ({error}); choose another output folder.") from error
