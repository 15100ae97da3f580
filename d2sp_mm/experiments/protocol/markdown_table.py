"""A table of the terminal as Markdown."""

from __future__ import annotations

from typing import Any

from rich.table import Table


def as_markdown(table: Table) -> str:
    """Return a table's title and cells as Markdown.

    Args:
        table: A table whose cells are plain text.

    Returns:
        Markdown that ends with a line break; the first column to the left, numbers to the right.
    """
    columns = [[str(column.header), *map(str, column.cells)] for column in table.columns]
    rows = [_markdown_row(row) for row in zip(*columns)]
    rule = _markdown_row("---:" if column.justify == "right" else "---" for column in table.columns)
    return "\n".join([f"**{table.title}**", "", rows[0], rule, *rows[1:]]) + "\n"


def _markdown_row(cells: Any) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
