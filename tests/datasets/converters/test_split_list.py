"""Lists read the same whatever encoding, delimiter and header they have."""

from __future__ import annotations

import pytest

from d2sp_mm.datasets.converters.split_list import read_split_list
from d2sp_mm.errors import DataError


@pytest.mark.parametrize("delimiter", [",", " ", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize(("header", "end"), [("video_name,label\n", "\n"), ("clip,Emotion\n", ""), ("", ""), ("", "\r\n")])
def test_lists_read_the_same_in_whatever_form(delimiter, encoding, header, end, tmp_path):
    lines = [f"{name}{delimiter}{label}" for name, label in (("00001.mp4", "anger"), ("00002.mp4", "fear"))]
    path = tmp_path / "list.txt"
    newline = "\r\n" if "\r" in end else "\n"
    path.write_bytes((header.replace(",", delimiter) + newline.join(lines) + end).encode(encoding))
    assert [row.cells for row in read_split_list(path)] == [("00001.mp4", "anger"), ("00002.mp4", "fear")]


def test_captions_in_gb18030_behind_tabs_do_not_matter(tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes("03747.mp4\tanger\t一个女生大声训斥\tA girl, shouting\n".encode("gb18030"))
    assert read_split_list(path)[0].cells[:2] == ("03747.mp4", "anger")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "holds no clips"), (b"00001.mp4\n", "has 1 cells; expected 2"), (b"\xff\xff\xff", "neither")],
)
def test_lists_that_cannot_be_read_are_named(content, words, tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        read_split_list(path)
    with pytest.raises(DataError, match="cannot be read"):
        read_split_list(tmp_path / "absent.txt")
