from __future__ import annotations

from rich.table import Table

from d2sp_mm.experiments.protocol.markdown_table import as_markdown


def test_markdown_of_a_table() -> None:
    table = Table(title="Title")
    table.add_column("name")
    table.add_column("figure", justify="right")
    table.add_row("a|b", "1")
    table.add_section()
    table.add_row("c", "2")
    assert as_markdown(table) == "**Title**\n\n| name | figure |\n| --- | ---: |\n| a\\|b | 1 |\n| c | 2 |\n"
