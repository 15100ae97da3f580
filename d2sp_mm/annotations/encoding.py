"""Whether MMAction2 can read a list at all."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

from d2sp_mm.errors import DataError, quoted


def refuse_other_encodings(file: str | os.PathLike[str]) -> None:
    """Refuse a text list with bytes that are not UTF-8: :func:`read_annotations` carries them, MMAction2's datasets do not.

    Args:
        file: The list.

    Raises:
        DataError: It cannot be read, or is in another encoding; with the line.

    Source:
        Our own.
    """
    try:
        lines = Path(file).read_bytes().splitlines()
    except OSError as error:
        raise DataError(f"{os.fspath(file)}: cannot be read ({error.strerror}); expected an annotation file.") from error
    for number, line in enumerate(lines, start=1):
        try:
            line.decode()
        except UnicodeDecodeError as error:
            raise DataError(
                f"{os.fspath(file)}, line {number}: {quoted(line)} is not UTF-8, which MMAction2 reads it as; rename the "
                "clip, or convert the list (iconv)."
            ) from error


def begins_with_mark(file: str | os.PathLike[str]) -> bool:
    """Whether a file begins with a byte order mark, as Windows' editors save UTF-8; False where it cannot be read."""
    try:
        with open(file, "rb") as stream:
            return stream.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    except OSError:
        return False


#: What to say of such a file.
MARK_NOTE = (
    "line 1 begins with a byte order mark (BOM), which is left out here; plain MMAction2 "
    "takes it for a part of the first path. Save the file as UTF-8 without BOM"
)
