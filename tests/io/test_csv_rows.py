from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from d2sp_mm.errors import DataError
from d2sp_mm.io.csv_rows import check_unique_keys, read_csv_rows, write_csv_rows

_FIELD = st.binary(max_size=6).map(lambda raw: raw.decode("utf-8", "surrogateescape")).filter(
    lambda text: not set(text) & set("\0\r")
)


@given(st.lists(st.tuples(_FIELD, _FIELD), max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_come_back(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    write_csv_rows(tmp_path / "t.csv", ("a", "b"), rows)
    assert [tuple(row) for _, row in read_csv_rows(tmp_path / "t.csv", ("a", "b"))] == rows


def test_lines_are_numbered_from_the_header(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b\r\n1,2\r\n\xff,4\r\n")
    assert read_csv_rows(tmp_path / "t.csv", ("a", "b")) == [(2, ["1", "2"]), (3, ["\udcff", "4"])]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1: the header is ''; expected 'a,b'"),
        (b"b,a\n", "line 1: the header is 'b,a'"),
        (b"a,b\n1,2\n1\n", "line 3: 1 fields"),
        (b'a,b\n1,"2\n', "no CSV"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_csv_rows(tmp_path / "t.csv", ("a", "b"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.csv: cannot be read"):
        read_csv_rows(tmp_path / "nowhere.csv", ("a",))


def test_a_key_that_occurs_twice_is_named() -> None:
    check_unique_keys(["a", "b"], "file")
    with pytest.raises(DataError, match="file: the key 'a' occurs twice"):
        check_unique_keys(["a", "b", "a"], "file")
