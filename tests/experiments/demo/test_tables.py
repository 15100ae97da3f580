from __future__ import annotations

from rich.table import Table

from d2sp_mm.experiments.demo.summary import enrichment_line, runs_table
from d2sp_mm.experiments.protocol.markdown_table import as_markdown


def test_markdown_of_a_table() -> None:
    table = Table(title="Title")
    table.add_column("name")
    table.add_column("figure", justify="right")
    table.add_row("a|b", "1")
    table.add_section()
    table.add_row("c", "2")
    assert as_markdown(table) == "**Title**\n\n| name | figure |\n| --- | ---: |\n| a\\|b | 1 |\n| c | 2 |\n"


def test_runs() -> None:
    tops = {"plain": 0.5, "d2sp": 0.6, "random": 0.45, "oracle": 0.7}
    runs = {name: {"top1": top1, "uar": 0.5, "seconds": 61.4} for name, top1 in tops.items()}
    rows = as_markdown(runs_table(runs)).splitlines()[4:]
    assert [row.split(" | ")[2:] for row in rows] == [
        ["50.0 %", "50.0 %", "-", "61 |"],
        ["60.0 %", "50.0 %", "50 %", "61 |"],
        ["45.0 %", "50.0 %", "-25 %", "61 |"],
        ["70.0 %", "50.0 %", "100 %", "61 |"],
    ]


def test_enrichment_in_words() -> None:
    summary = {"runs": {}, "purification": {"low_quality": {"planted": 10, "precision": 0.65}}}
    assert "is 6.5 times richer" in enrichment_line(summary, 100)
    nothing = {"runs": {}, "purification": {"low_quality": {"planted": 10, "precision": None}}}
    assert "Nothing was pruned" in enrichment_line(nothing, 100)
