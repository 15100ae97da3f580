"""The page of costs."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from rich.table import Table

from d2sp_mm.experiments.costs.measurement import Measurement
from d2sp_mm.io.whole_files import atomic_write

_HEAD = """# What purification costs, and what it saves

Written by `make bench` (`tools/analysis_tools/measure_costs.py`) on {machine}. Medians with 95 % bootstrap
intervals. What is compared is interleaved within one run, so that other work on the machine slows both; the intervals are
of the pairs' ratios. Without a GPU, training and loading are measured in the CPU time of the processes: that is what they
cost, and other work does not lengthen it.

"""


def write_page(path: Path, sections: Mapping[str, Sequence[Measurement]]) -> None:
    """Write all measurements as a page.

    Args:
        path: The Markdown file.
        sections: Measurements by heading.
    """
    text = _HEAD.format(machine=machine())
    for title, rows in sections.items():
        text += f"## {title}\n\n| what | measured | wanted | holds |\n|---|---|---|---|\n"
        text += "".join(f"| {row.what} | {row.found} | {row.bound} | {_holds(row)} |\n" for row in rows) + "\n"
        notes = [f"* {row.what}: {row.note}." for row in rows if row.note]
        text += "\n".join(notes) + "\n\n" if notes else ""
    short = [row.what for rows in sections.values() for row in rows if row.holds is False]
    text += f"Missed: {len(short)}. " + "; ".join(short) + "\n" if short else "Every line holds.\n"
    atomic_write(path, text.encode())


def table_of(title: str, rows: Sequence[Measurement]) -> Table:
    """The measurements as a table of the terminal."""
    table = Table("what", "measured", "wanted", "holds", title=title, title_justify="left")
    for row in rows:
        table.add_row(row.what, row.found, row.bound, _holds(row))
    return table


def machine() -> str:
    """What the page was measured on, without its name."""
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no accelerator was at hand"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({platform.machine()}) with {memory:.0f} GiB, Python {platform.python_version()}, torch "
        f"{torch.__version__}; {gpu}"
    )


def _holds(row: Measurement) -> str:
    return {None: "", True: "yes", False: "**no**"}[row.holds]
