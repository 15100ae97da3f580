from __future__ import annotations

import numpy as np

from d2sp_mm.experiments.costs.measurement import Measurement
from d2sp_mm.experiments.costs.page import write_page
from tests.load_tool import load_tool


def test_the_page_lists_what_is_missed(tmp_path):
    rows = [Measurement("good", "1", "2", True), Measurement("bad", "3", "2", False, "because"), Measurement("free", "4")]
    write_page(tmp_path / "costs.md", {"Part": rows})
    text = (tmp_path / "costs.md").read_text()
    assert "| bad | 3 | 2 | **no** |" in text and "| free | 4 |  |  |" in text
    assert "* bad: because." in text and text.endswith("Missed: 1. bad\n")


def test_the_tool_measures_the_parts_that_are_asked_for(tmp_path, monkeypatch, capsys):
    tool = load_tool("measure_costs")
    monkeypatch.setitem(tool._PARTS, "start", ("Starting", lambda _: [Measurement("x", "1")]))
    tool.main(["--only", "start", "--page", str(tmp_path / "page.md")])
    assert "| x | 1 |" in (tmp_path / "page.md").read_text()
    assert np.isin("Written:", capsys.readouterr().out.split())
