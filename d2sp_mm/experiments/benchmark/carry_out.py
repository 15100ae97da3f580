"""Training all cells of a suite, some at a time."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from d2sp_mm.experiments.benchmark.bench import Bench
from d2sp_mm.experiments.benchmark.cell import Cell, cells_of
from d2sp_mm.experiments.benchmark.protocols import Runs
from d2sp_mm.experiments.benchmark.results import Outcome, Results
from d2sp_mm.experiments.benchmark.run import Run
from d2sp_mm.experiments.benchmark.suite import PLAIN
from d2sp_mm.experiments.protocol.training_process import TrainingProcess

_POLL_SECONDS = 0.2


@dataclass
class _Active:
    cell: Cell
    runs: Runs
    run: Run
    process: TrainingProcess


def carry_out(bench: Bench, results: Results, jobs: int, console: Console) -> None:
    """Train and judge every cell that has no result yet; a call that was broken off is gone on with.

    Args:
        bench: The cells.
        results: What is known already; grows.
        jobs: Runs at the same time, at least 1.
        console: Where it says what it does.

    Raises:
        TrainingError: A run ended with an error; the others are stopped, and what was done is kept.
    """
    cells = cells_of(bench.suite)
    waiting = _missing(bench, results, cells)
    active: list[_Active] = []
    left = TimeRemainingColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), left)
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("cells", total=len(cells), completed=len(cells) - len(waiting))
        try:
            while waiting or active:
                while len(active) < jobs and (cell := _next_ready(waiting, active)) is not None:
                    waiting.remove(cell)
                    started = _advance(bench, results, _Starting(cell, bench.runs(cell)), waiting, active, console)
                    if started is not None:
                        active.append(started)
                time.sleep(_POLL_SECONDS)
                for entry in [entry for entry in active if entry.process.is_finished()]:
                    active.remove(entry)
                    entry.run.finish()
                    going_on = _advance(bench, results, _Starting(entry.cell, entry.runs), waiting, active, console)
                    if going_on is not None:
                        active.append(going_on)
                progress.update(bar, completed=len(cells) - len(waiting) - len(active))
        finally:
            for entry in active:
                entry.process.stop()


@dataclass
class _Starting:
    cell: Cell
    runs: Runs


def _missing(bench: Bench, results: Results, cells: list[Cell]) -> list[Cell]:
    """The cells to do: those without a result of these settings, and plain runs that those go on from."""
    missing = {cell for cell in cells if cell not in results or results[cell].get("digest") != bench.digest(cell)}
    for cell in list(missing):
        first = Cell(cell.place, PLAIN)
        if first not in missing and not bench.has_start(cell):
            bench.forget(first)
            missing.add(first)
    for cell in missing:
        # Something that its runs do not show may have changed, such as the settings of its protocol.
        if cell in results:
            bench.forget(cell)
    return [cell for cell in cells if cell in missing]


def _next_ready(waiting: list[Cell], active: list[_Active]) -> Cell | None:
    """The first cell whose plain run is done."""
    open_cells = {*waiting, *(entry.cell for entry in active)}
    return next((c for c in waiting if c.method == PLAIN or Cell(c.place, PLAIN) not in open_cells), None)


def _advance(
    bench: Bench, results: Results, entry: _Starting, waiting: list[Cell], active: list[_Active], console: Console
) -> _Active | None:
    """Go on to the next run of a cell that is not done yet; None once the cell has its result."""
    while True:
        try:
            run = next(entry.runs)
        except StopIteration as end:
            outcome: Outcome = end.value
            results.add(entry.cell, bench.figures(entry.cell, outcome))
            bench.tidy(entry.cell, [*waiting, *(other.cell for other in active)])
            figures = results[entry.cell]
            console.print(f"{entry.cell.name}: top-1 {100 * figures['top1']:.1f} %", highlight=False)
            return None
        if not run.is_done:
            shutil.rmtree(run.folder / "purification", ignore_errors=True)
            for old in run.folder.glob("*/vis_data"):
                shutil.rmtree(old.parent, ignore_errors=True)
            run.write_config()
            return _Active(entry.cell, entry.runs, run, TrainingProcess(entry.cell.name, run.command, run.folder))
