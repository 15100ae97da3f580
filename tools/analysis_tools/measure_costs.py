"""Measure what purification costs and what it saves; the page is docs/costs.md.

    python tools/analysis_tools/measure_costs.py
    python tools/analysis_tools/measure_costs.py --only iteration start --page /tmp/costs.md

Takes about ten minutes on two cores, and 8 GB of memory for the ledger of ten million samples.
"""

from __future__ import annotations

import argparse
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

import d2sp_mm.compat  # noqa: F401 - configs may import what cannot be imported without the bridges
from d2sp_mm.experiments.costs.ledger_sizes import epoch_ends, sizes, trace_size
from d2sp_mm.experiments.costs.measurement import Measurement, start_times
from d2sp_mm.experiments.costs.page import machine, table_of, write_page
from d2sp_mm.experiments.costs.report_pages import report_costs
from d2sp_mm.experiments.costs.training import epoch_saving, iteration_costs
from d2sp_mm.experiments.costs.workers import worker_costs
from d2sp_mm.paths import find_home

_PARTS: dict[str, tuple[str, Callable[[Path], list[Measurement]]]] = {
    "iteration": ("An iteration", iteration_costs),
    "saving": ("What pruning saves", epoch_saving),
    "workers": ("Loading batches", worker_costs),
    "ledger": (
        "The end of an epoch, and the ledger",
        lambda _: [*epoch_ends(10**6, 0.2), *epoch_ends(10**7, 2.0, trials=1), *sizes(10**7), *trace_size()],
    ),
    "start": ("Starting", lambda _: start_times()),
    "report": ("The review page", report_costs),
}


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print, and write the page."""
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", type=Path, default=find_home() / "docs" / "costs.md", help="default: docs/costs.md")
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=list(_PARTS), help="some of the parts")
    args, console = parser.parse_args(argv), Console()
    console.print(machine(), highlight=False, soft_wrap=True)
    sections = {}
    with tempfile.TemporaryDirectory(prefix="d2sp_mm-costs-") as name:
        for part in args.only:
            title, measure = _PARTS[part]
            sections[title] = measure(Path(name))
            console.print(table_of(title, sections[title]))
    write_page(args.page, sections)
    console.print(f"Written: {args.page}", highlight=False, soft_wrap=True, markup=False)


if __name__ == "__main__":
    main()
