"""What a run decided, as tables for the terminal."""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from d2sp_mm.review.status import Change


def show_any_key() -> None:
    """Let the terminal show a byte that is no text as an escape, in place of ending with an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def summary_tables(found: Mapping[str, Any]) -> list[Table]:
    """Lay out what :func:`d2sp_mm.review.summary.summary` returned."""
    counts = Table(title=f"{found['samples']} samples", title_justify="left")
    counts.add_column("")
    counts.add_column("samples", justify="right")
    for name in ("pruned", "relabelled"):
        counts.add_row(name, str(found[name]))
    counts.add_section()
    for stage, count in found["stages"].items():
        counts.add_row(escape(f"by {stage}"), str(count))
    moves = _table("Kept under another label", ("from", "to", "samples"))
    for move in found["transitions"]:
        moves.add_row(*map(str, move.values()))
    return [counts, moves, *(_worst(found[name], title) for name, title in _LISTS)]


_LISTS = (("lowest_quality", "Lowest quality score"), ("lowest_label_score", "Lowest label score"))


def history_tables(found: Mapping[str, Any]) -> list[Table]:
    """Lay out what :func:`d2sp_mm.review.summary.history_of` returned."""
    title = f"{found['key']}: given label {found['given_label']}, now {found['label'] if found['keep'] else 'pruned'}"
    decisions = _table(title, ("epoch", "stage", "reason", "action", "from", "to", "score"))
    for row in found["decisions"]:
        decisions.add_row(*map(_text, row.values()))
    seen = _table("As the model saw it", ("epoch", "prediction", "probability", "of the given label", "weight"))
    for row in found["observations"]:
        seen.add_row(*map(_text, row.values()))
    if found["epochs_undecodable"]:
        decisions.caption = f"could not be decoded in {found['epochs_undecodable']} epochs"
    return [decisions, seen]


def change_tables(changes: Sequence[Change], top: int) -> list[Table]:
    """Lay out what :func:`d2sp_mm.review.status.difference` returned: counts, and the first samples."""
    counts = _table(f"{len(changes)} samples are treated differently", ("before", "after", "samples"))
    for (before, after), count in Counter((c.before, c.after) for c in changes).most_common():
        counts.add_row(before, after, str(count))
    first = _table(f"The first {min(top, len(changes))}", ("key", "given", "before", "after"))
    for change in changes[:top]:
        before, after = _described(change.before, change.label_before), _described(change.after, change.label_after)
        first.add_row(escape(change.key), str(change.given_label), before, after)
    return [counts, first]


def _described(status: str, label: int) -> str:
    return f"{status} to {label}" if status == "relabelled" else status


def _worst(rows: Sequence[Mapping[str, Any]], title: str) -> Table:
    table = _table(title, ("key", "given", "label", "score", "", "stage"))
    for row in rows:
        table.add_row(*map(_text, row.values()))
    return table


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=escape(title), title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _text(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else escape(str(value))
