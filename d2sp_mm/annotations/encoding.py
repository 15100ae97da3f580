"""Whether MMAction2 can read a list at all."""

from __future__ import annotations

import os
from pathlib import Path

from d2sp_mm.errors import DataError


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
                f"{os.fspath(file)}, line {number}: {line[:200]!r} is not UTF-8, which MMAction2 reads it as; rename the "
                "clip, or convert the list (iconv)."
            ) from error
