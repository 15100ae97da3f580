from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from d2sp_mm.annotations.truth import read_truth, write_truth
from d2sp_mm.experiments.evaluation import evaluate_purification
from d2sp_mm.runs.ledger_table import LedgerTable, write_ledger_table
from tests.load_tool import load_tool


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    return load_tool("evaluate_purification")


@pytest.fixture
def table(tmp_path: Path) -> LedgerTable:
    table = LedgerTable(
        ["a", "b", "c"], np.array([0, 1, 2]), np.array([0, 2, 2]), np.array([True, True, False]),
        np.array([0.9, np.nan, 0.1]), np.array([0.9, 0.2, np.nan]), ["", "correct", "prune"],
        ["", "label", "quality"], np.array([-1, 4, 3]),
    )  # fmt: skip
    write_ledger_table(tmp_path / "purification" / "ledger.csv", table)
    write_truth(tmp_path / "truth.csv", ["c", "a", "b"], [2, 0, 2], ["low_quality", "clean", "mislabel"])
    return table


@pytest.mark.parametrize("given", [".", "purification/ledger.csv"])
def test_evaluation_lies_beside_the_ledger(
    tool: ModuleType, tmp_path: Path, table: LedgerTable, given: str, capsys: pytest.CaptureFixture
) -> None:
    tool.main([str(tmp_path / given), "--truth", str(tmp_path / "truth.csv")])
    written = json.loads((tmp_path / "purification" / "purification.json").read_text())
    assert written == evaluate_purification(table, read_truth(tmp_path / "truth.csv"))
    assert written["low_quality"]["auroc"] == written["mislabel"]["right_class"] == 1.0
    assert "3 samples; never scored for quality: 1, for label: 1" in capsys.readouterr().out


def test_a_missing_ledger_ends_with_one_clear_line(tool: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"evaluate_purification: .*ledger\.csv: no such ledger; give a work dir"):
        tool.main([str(tmp_path), "--truth", str(tmp_path / "truth.csv")])
