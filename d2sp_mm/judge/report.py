"""A judgement as a table for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table


def report_table(
    judgement: Mapping[str, Mapping[str, Any]], title: str = "Purification against the truth"
) -> Table:
    """Lay out what :func:`d2sp_mm.judge.judge` returned.

    Args:
        judgement: The dictionary of :func:`d2sp_mm.judge.judge`, or the means of several; counts are shown as whole
            numbers.
        title: What stands above the table.

    Returns:
        A table of one column a noise; shares in percent, ``-`` where a share is of nothing.
    """
    low_quality, mislabel, harmed = (judgement[name] for name in ("low_quality", "mislabel", "clean_harmed"))
    table = Table(title=title)
    table.add_column("")
    table.add_column("low quality", justify="right")
    table.add_column("mislabel", justify="right")
    table.add_row("planted", f"{low_quality['planted']:.0f}", f"{mislabel['planted']:.0f}")
    table.add_row("pruned / corrected", f"{low_quality['pruned']:.0f}", f"{mislabel['corrected']:.0f}")
    for name, title in (("precision", "precision"), ("recall", "recall")):
        table.add_row(title, _percent(low_quality[name]), _percent(mislabel[name]))
    table.add_row("right class", "", _percent(mislabel["right_class"]))
    table.add_row("average precision", _decimal(low_quality["ap"]), _decimal(mislabel["ap"]))
    table.add_row("AUROC", _decimal(low_quality["auroc"]), _decimal(mislabel["auroc"]))
    table.add_section()
    left = judgement["left"]
    table.add_row("noise in what is left", _percent(left["low_quality"]), _percent(left["mislabel"]))
    table.add_row("clean samples pruned / relabelled", _percent(harmed["pruned"]), _percent(harmed["relabelled"]))
    return table


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _decimal(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
