"""MMAction2's text annotations (video, rawframe, audio), parsed so that they can be written back byte for byte."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from d2sp_mm.errors import DataError, quoted
from d2sp_mm.io.csv_rows import MOST

# Text mode in Python ends a line at these three and at nothing else; MMAction2's datasets read in text mode.
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


@dataclass(frozen=True)
class TextLine:
    """One line: its text without the line's end, the end, and where the label stands in the text.

    ``numbers`` are those between path and label: ``(total_frames,)``, ``(offset, total_frames)``, or none.
    """

    text: str
    end: str
    path: str
    numbers: tuple[int, ...]
    label: int
    label_start: int
    label_stop: int
    path_start: int

    def render(self, label: int | None, end: str, path: str | None = None) -> bytes:
        """Return the line's bytes with another label, end and path, where one is given."""
        text = self.text
        if label is not None and label != self.label:
            text = text[: self.label_start] + str(label) + text[self.label_stop :]
        if path is not None and path != self.path:
            text = text[: self.path_start] + path + text[self.path_start + len(self.path) :]
        return (text + end).encode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class TextLines:
    """All lines of a text annotation, in the order of the file.

    Args:
        lines: The lines.
        byte_order_mark: Whether the file began with one. It is no part of the first path, and is not written again:
            published MMAction2 would take it for a part of the path.
    """

    lines: tuple[TextLine, ...]
    byte_order_mark: bool = False

    def render(self, keep: np.ndarray, labels: np.ndarray, paths: Sequence[str] | None = None) -> bytes:
        """Return the file with the kept lines only, each with its label, and its path where ``paths`` are given.

        A line that does not change keeps its bytes. A file without a newline at its end stays one.

        Args:
            keep: Shape ``(n,)``, bool.
            labels: Shape ``(n,)``, integers.
            paths: New paths, ``n`` of them. ``None`` leaves them.
        """
        kept = np.flatnonzero(keep)
        rendered = []
        for i in kept:
            line = self.lines[i]
            # Where the file ends without a newline, its new last line must do so too.
            end = "" if i == kept[-1] and not self.lines[-1].end else line.end
            rendered.append(line.render(int(labels[i]), end, None if paths is None else paths[i]))
        return b"".join(rendered)


def parse_text_lines(
    content: bytes, file: str | os.PathLike[str], kind: str, delimiter: str, with_offset: bool
) -> TextLines:
    """Parse a text annotation as MMAction2's dataset of that kind does.

    Bytes that are not UTF-8 are carried as surrogates and written back as they were. A byte order mark, which some editors
    put before the first line, is left out.

    Args:
        content: The file's bytes.
        file: Its name, for messages.
        kind: ``video``, ``rawframe`` or ``audio``.
        delimiter: Between path and label of a ``video`` line; the other kinds split at any white space.
        with_offset: Whether a ``rawframe`` line carries the index of its first frame.

    Raises:
        DataError: An empty file, or a line that is blank, lacks its label, carries several, or has other columns.

    Source:
        ``load_data_list`` of ``VideoDataset``, ``RawframeDataset`` and ``AudioDataset``, MMAction2 1.2.0. Differs where
        they would fail later or in silence: a blank line, a missing label (there: -1) and an empty path are refused.
    """
    marked = content.startswith(codecs.BOM_UTF8)
    raw_lines = _LINE.findall(content[len(codecs.BOM_UTF8) :] if marked else content)
    if not raw_lines:
        raise DataError(f"{os.fspath(file)}: the annotation file is empty; expected one sample a line.")
    expected = _expected(kind, delimiter, with_offset)
    lines = []
    for number, raw in enumerate(raw_lines, start=1):
        whole = raw.decode("utf-8", "surrogateescape")
        text = whole.rstrip("\r\n")
        parse = _LineParser(os.fspath(file), number, text, expected)
        spans = parse.video_spans(delimiter) if kind == "video" else parse.white_space_spans(with_offset)
        lines.append(parse.line(spans, whole[len(text) :]))
    return TextLines(tuple(lines), marked)


def _expected(kind: str, delimiter: str, with_offset: bool) -> str:
    """Return the form of a line of this kind in words."""
    if kind == "video":
        return f"'path{delimiter}label'"
    return "'path offset total_frames label'" if with_offset else "'path total_frames label'"


@dataclass(frozen=True)
class _LineParser:
    """One line under the parser, with what its messages need."""

    file: str
    number: int
    text: str
    expected: str

    def fail(self, reason: str) -> NoReturn:
        """Refuse the line."""
        raise DataError(f"{self.file}, line {self.number}: {reason}: {quoted(self.text)}; expected {self.expected}.")

    def is_integer(self, span: tuple[int, int]) -> bool:
        """Return whether MMAction2's ``int()`` would take the token."""
        try:
            int(self.text[span[0] : span[1]])
        except ValueError:
            return False
        return True

    def video_spans(self, delimiter: str) -> list[tuple[int, int]]:
        """Return where path and label stand in ``line.strip().split(delimiter)``."""
        position = len(self.text) - len(self.text.lstrip())
        spans = []
        for token in self.text.strip().split(delimiter):
            spans.append((position, position + len(token)))
            position += len(token) + len(delimiter)
        if len(spans) > 2 and all(self.is_integer(span) for span in spans[1:]):
            self.fail("several labels (multi_class) are not supported, or the columns are those of another kind")
        if len(spans) > 2:
            self.fail(f"{len(spans)} columns at the delimiter {delimiter!r}; name another delimiter or another kind")
        return self._labelled(spans, 2)

    def white_space_spans(self, with_offset: bool) -> list[tuple[int, int]]:
        """Return where path, numbers and label stand in ``line.strip().split()``."""
        spans = []
        position = 0
        for token in self.text.split():
            position = self.text.index(token, position)
            spans.append((position, position + len(token)))
            position += len(token)
        columns = 4 if with_offset else 3
        for span in spans[1 : columns - 1]:
            if not self.is_integer(span):
                self.fail(f"{quoted(self.text[span[0] : span[1]])} is no whole number of frames; is the kind right?")
        if len(spans) > columns:
            hint = "" if with_offset else " (with_offset=True reads a second column that is an offset)"
            self.fail(f"several labels (multi_class) are not supported{hint}")
        return self._labelled(spans, columns)

    def _labelled(self, spans: list[tuple[int, int]], columns: int) -> list[tuple[int, int]]:
        if not self.text.strip():
            self.fail("a blank line (an empty one at the end counts as well); remove it")
        if spans[0][0] == spans[0][1]:
            self.fail("the path is empty")
        if len(spans) < columns:
            self.fail("the label is missing")
        if not self.is_integer(spans[-1]):
            self.fail(f"the label {quoted(self.text[spans[-1][0] : spans[-1][1]])} is no whole number")
        return spans

    def line(self, spans: list[tuple[int, int]], end: str) -> TextLine:
        """Return the parsed line."""
        (path_start, path_stop), (start, stop) = spans[0], spans[-1]
        token = self.text[start:stop]
        label = int(token)
        if not 0 <= label <= MOST:
            self.fail(f"the label {quoted(label)} is no class index (0 or more; -1 marks a sample without a label)")
        # int() takes white space around a number, as in 'a.mp4, 3': it is spacing, not label.
        start += len(token) - len(token.lstrip())
        stop -= len(token) - len(token.rstrip())
        path, numbers = self.text[path_start:path_stop], tuple(int(self.text[a:b]) for a, b in spans[1:-1])
        return TextLine(self.text, end, path, numbers, label, start, stop, path_start)
