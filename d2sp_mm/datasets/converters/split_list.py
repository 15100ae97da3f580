"""Reading the lists that datasets come with, whatever their encoding, delimiter and header."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from d2sp_mm.errors import DataError

#: What the second cell of a header is called; no emotion is.
_HEADERS = {"label", "labels", "emotion", "class", "annotation", "expression", "category"}


@dataclass(frozen=True)
class Row:
    """One line of a list: its cells, and where it stands, for messages."""

    cells: tuple[str, ...]
    where: str


def read_split_list(path: Path, columns: int = 2) -> list[Row]:
    """Read a list of clips.

    Text is UTF-8 with or without a byte order mark, or GB18030. Cells are parted by tabs, else by commas, else by white
    space, told for each line: a caption behind a tab may hold commas. Blank lines, a header and a missing newline at the
    end do not matter.

    Args:
        path: The list.
        columns: Cells that every line must have; more are kept.

    Returns:
        The rows without the header, in the order of the file.

    Raises:
        DataError: The file cannot be read, is empty, or a line has fewer cells.

    Source:
        Our own, from the lists of DFEW, FERV39k and MAFW and what their users made of them.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); expected a list that comes with the set.") from error
    rows: list[Row] = []
    for number, line in enumerate(_decode(content, path).splitlines(), start=1):
        if not line.strip():
            continue
        cells = tuple(cell.strip().strip('"') for cell in _parts(line.strip()))
        if not rows and len(cells) > 1 and cells[1].lower() in _HEADERS:
            continue
        where = f"{path}, line {number}"
        if len(cells) < columns or not all(cells[:columns]):
            raise DataError(f"{where}: {line!r} has {len(cells)} cells; expected {columns} parted by tab, comma or space.")
        rows.append(Row(cells, where))
    if not rows:
        raise DataError(f"{path}: holds no clips; expected one a line.")
    return rows


def _decode(content: bytes, path: Path) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DataError(f"{path}: is neither UTF-8 nor GB18030 text; save it as UTF-8.")


def _parts(line: str) -> list[str]:
    if "\t" in line:
        return line.split("\t")
    return line.split(",") if "," in line else re.split(r"\s+", line)
