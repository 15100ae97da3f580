from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2sp_mm.annotations import read_annotations, write_annotations
from d2sp_mm.annotations.text_lines import parse_text_lines
from d2sp_mm.errors import DataError

_PATH_BYTES = st.binary(min_size=1, max_size=8).filter(
    lambda raw: not raw.decode("utf-8", "surrogateescape").split()[1:]
    and raw.decode("utf-8", "surrogateescape").strip() == raw.decode("utf-8", "surrogateescape")
    and not set(raw) & set(b"\r\n")
)
_LABEL = st.sampled_from([b"0", b"007", b"12", b"+3"])
_END = st.sampled_from([b"\n", b"\r\n", b"\r"])


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, str, bool]:
    kind = draw(st.sampled_from(["video", "rawframe", "audio"]))
    with_offset = kind == "rawframe" and draw(st.booleans())
    gap = st.just(b" ") if kind == "video" else st.sampled_from([b" ", b"\t", b"  "])
    number = st.integers(1, 999).map(lambda value: str(value).encode())
    content = b""
    for _ in range(draw(st.integers(1, 6))):
        columns = [draw(_PATH_BYTES)]
        columns += [draw(number) for _ in range(0 if kind == "video" else 2 if with_offset else 1)]
        columns.append(draw(_LABEL))
        line = columns[0]
        for column in columns[1:]:
            line += draw(gap) + column
        content += draw(st.sampled_from([b"", b" "])) + line + draw(st.sampled_from([b"", b"  "])) + draw(_END)
    if draw(st.booleans()):
        content = content.rstrip(b"\r\n")
    return content, kind, with_offset


@given(files())
def test_what_does_not_change_is_byte_identical(case: tuple[bytes, str, bool]) -> None:
    content, kind, with_offset = case
    parsed = parse_text_lines(content, "list.txt", kind, " ", with_offset)
    labels = np.array([line.label for line in parsed.lines])
    assert parsed.render(np.ones(len(labels), bool), labels) == content


@given(files(), st.data())
def test_purified_file_parses_to_the_purified_samples(case: tuple[bytes, str, bool], data: st.DataObject) -> None:
    content, kind, with_offset = case
    parsed = parse_text_lines(content, "list.txt", kind, " ", with_offset)
    n = len(parsed.lines)
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n).filter(any)))
    labels = np.array(data.draw(st.lists(st.integers(0, 500), min_size=n, max_size=n)))
    again = parse_text_lines(parsed.render(keep, labels), "list.txt", kind, " ", with_offset)
    expected = [(line.path, int(label)) for line, label, k in zip(parsed.lines, labels, keep) if k]
    assert [(line.path, line.label) for line in again.lines] == expected
    assert bool(again.lines[-1].end) == bool(parsed.lines[-1].end)


def _purify(tmp_path: Path, content: bytes, keep: list[bool], labels: list[int], **settings: str) -> bytes:
    (tmp_path / "in.txt").write_bytes(content)
    annotations = read_annotations(tmp_path / "in.txt", **settings)
    write_annotations(annotations, tmp_path / "out.txt", np.array(keep), np.array(labels))
    return (tmp_path / "out.txt").read_bytes()


def test_a_relabelled_line_changes_its_label_only(tmp_path: Path) -> None:
    content = b"4 4.mp4,  4 \r\nb\xff.mp4,007\nc,2"
    assert _purify(tmp_path, content, [True] * 3, [5, 7, 2], delimiter=",") == b"4 4.mp4,  5 \r\nb\xff.mp4,007\nc,2"


def test_dropping_the_last_line_keeps_the_missing_final_newline(tmp_path: Path) -> None:
    assert _purify(tmp_path, b"a 1\nb 2\nc 3", [True, True, False], [1, 2, 3]) == b"a 1\nb 2"
    assert _purify(tmp_path, b"a 1\nb 2\nc 3\n", [True, True, False], [1, 2, 3]) == b"a 1\nb 2\n"


@pytest.mark.parametrize(
    ("content", "settings", "message"),
    [
        (b"", {}, "empty"),
        (b"a 1\n\nb 2\n", {}, "line 2: a blank line"),
        (b"a 1\nb\n", {}, "line 2: the label is missing: 'b'; expected 'path label'"),
        (b"a 1\nb 2 3\n", {}, "line 2: several labels"),
        (b"a 1\nmy b.mp4 3\n", {}, "line 2: 3 columns at the delimiter"),
        (b"a 1\nb x\n", {}, "line 2: the label 'x' is no whole number"),
        (b"a -1\n", {}, "line 1: the label -1 is no class index"),
        (b"a 99999999999999999999\n", {}, "is no class index"),
        (b",1\n", {"delimiter": ","}, "the path is empty"),
        (b"a 10 1\nb 10\n", {}, "line 2: the label is missing: 'b 10'; expected 'path total_frames label'"),
        (b"a 10 1\nb 10 1 2\n", {}, "line 2: several labels .*with_offset=True"),
        (b"a 10 1\nb x 1\n", {}, "line 2: 'x' is no whole number of frames"),
        (b"a 1 10 1 2\n", {"with_offset": True}, "several labels"),
        (b"a 1 10\n", {"with_offset": True}, "missing: 'a 1 10'; expected 'path offset total_frames label'"),
        (b"a 1 2 3 4\n", {}, "5 columns fit no kind"),
        (b"\n", {}, "line 1: a blank line"),
        (b"\n", {"kind": "audio"}, "line 1: a blank line"),
    ],
)
def test_bad_lines_are_refused_by_name(tmp_path: Path, content: bytes, settings: dict, message: str) -> None:
    (tmp_path / "list.txt").write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_annotations(tmp_path / "list.txt", **settings)
    assert "list.txt" in str(caught.value)
