"""Writing a file so that a reader sees the old content or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path

from d2sp_mm.errors import WriteError

#: Names that ``mkstemp`` gives here; nothing else may match, for what matches is removed.
_TEMPORARY = re.compile(r"\..+\.[a-z0-9_]{8}\.d2sp-tmp")


def atomic_write(path: str | os.PathLike[str], content: bytes) -> None:
    """Write ``content`` to a temporary file beside ``path`` and rename it.

    Missing parent folders are made. When writing fails, ``path`` is left as it was and the temporary file is removed.

    Args:
        path: The file to write.
        content: Its whole content.

    Raises:
        WriteError: If the file cannot be written; it names the file and the system's reason.
    """
    target = Path(path)
    try:
        _write(target, content)
    except OSError as error:
        raise write_error(path, error, "What stood there is untouched: ") from error


def write_error(path: str | os.PathLike[str], error: OSError, told: str = "") -> WriteError:
    """What to raise where a file cannot be written: it names the file, the system's reason and the way out."""
    way_out = "free space, mend the permissions, or write to another folder"
    return WriteError(f"cannot write {os.fspath(path)!r}: {error.strerror or error}. {told or 'Way out: '}{way_out}.")


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".d2sp-tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes a file for its owner only; the result should be as readable as any new file.
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def remove_leftovers(folder: str | os.PathLike[str]) -> None:
    """Remove the temporary files that killed processes have left in a folder.

    Args:
        folder: The folder, of which only one process writes; it need not exist. Folders in it are left alone.
    """
    # What cannot be removed is in nobody's way.
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(folder)):
            if _TEMPORARY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                os.unlink(entry.path)


def _umask() -> int:
    """Return the process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
