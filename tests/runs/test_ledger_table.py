from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.runs.ledger_table import LedgerTable, read_ledger_table, write_ledger_table

_HEADER = "key,given_label,label,keep,quality_score,label_score,stage,reason,epoch\n"


@pytest.fixture
def table() -> LedgerTable:
    return LedgerTable(
        keys=["a,1", "b\udcff", "c"],
        labels=np.array([0, 1, 2]),
        corrected_labels=np.array([0, 3, 2]),
        keep=np.array([True, True, False]),
        quality_scores=np.array([1.0, 1 / 3, 1e-7]),
        label_scores=np.array([np.nan, 0.25, np.nan]),
        stages=["", "correct", "prune"],
        reasons=["", "label", "quality"],
        epochs=np.array([-1, 4, 0]),
    )


def test_table_is_written_in_this_form(tmp_path: Path, table: LedgerTable) -> None:
    write_ledger_table(tmp_path / "purification" / "ledger.csv", table)
    assert (tmp_path / "purification" / "ledger.csv").read_bytes() == _HEADER.encode() + (
        b'"a,1",0,0,1,1,,,,\nb\xff,1,3,1,0.333333,0.25,correct,label,5\nc,2,2,0,1e-07,,prune,quality,1\n'
    )


def test_table_comes_back(tmp_path: Path, table: LedgerTable) -> None:
    write_ledger_table(tmp_path / "one.csv", table)
    again = read_ledger_table(tmp_path / "one.csv")
    for field in dataclasses.fields(table):
        left, right = getattr(table, field.name), getattr(again, field.name)
        if field.name.endswith("scores"):
            np.testing.assert_allclose(left, right, rtol=1e-5)
        else:
            assert list(left) == list(right)
    assert again.keep.dtype == bool and len(again) == 3
    write_ledger_table(tmp_path / "two.csv", again)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("", "holds no samples"),
        ("a,x,0,1,,,,,\n", "line 2: given_label is 'x'; expected a whole number"),
        ("a,0,-1,1,,,,,\n", "line 2: label is '-1'"),
        ("a,0,0,yes,,,,,\n", "line 2: keep is 'yes'"),
        ("a,0,0,1,low,,,,\n", "line 2: quality_score is 'low'"),
        ("a,0,0,1,,1.5,,,\n", "label_scores of 'a' is 1.5"),
        ("a,0,0,1,,,prune,quality,last\n", "line 2: epoch is 'last'"),
        ("a,0,0,1,,,prune,why,3\n", "line 2: reason is 'why'; expected one of quality, label, or nothing"),
        ("a,0,0,1,,,,,\na,0,0,1,,,,,\n", "the key 'a' occurs twice"),
    ],
)
def test_bad_rows_are_refused(tmp_path: Path, rows: str, message: str) -> None:
    (tmp_path / "ledger.csv").write_text(_HEADER + rows)
    with pytest.raises(DataError, match=message) as caught:
        read_ledger_table(tmp_path / "ledger.csv")
    assert "ledger.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"keep": np.array([True])}, "lengths"),
        ({"corrected_labels": np.array([0, -1, 2])}, r"corrected_labels of 'b\\udcff' is negative"),
        ({"quality_scores": np.array([0.0, -0.1, 1.0])}, "quality_scores of"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(table: LedgerTable, change: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        dataclasses.replace(table, **change)
