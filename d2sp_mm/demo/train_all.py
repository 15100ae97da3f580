"""Training the demo's runs, some at a time."""

from __future__ import annotations

import shlex
import time

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from d2sp_mm.demo.recipes import RECIPES, Recipe
from d2sp_mm.demo.settings import DemoSettings
from d2sp_mm.demo.training_command import training_command
from d2sp_mm.protocol.training_process import TrainingProcess

_POLL_SECONDS = 0.5
#: Where no bar can be drawn, a line is printed every so many epochs.
_EPOCHS_A_LINE = 5


def train_all(settings: DemoSettings, console: Console) -> dict[str, float]:
    """Train every recipe of the demo, ``settings.jobs`` at a time.

    Args:
        settings: The demo's settings; the toy set is there.
        console: Where command lines and progress go.

    Returns:
        Wall time in seconds of each run, by its name.

    Raises:
        TrainingError: A run ended with an error; the others are stopped.
    """
    waiting = list(RECIPES)
    running: dict[TaskID, TrainingProcess] = {}
    seconds: dict[str, float] = {}
    with Progress(
        TextColumn("{task.description:>7}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("epochs  {task.fields[loss]:<11}"),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        bars = {r.name: progress.add_task(r.name, start=False, total=settings.epochs, loss="waits") for r in RECIPES}
        try:
            while waiting or running:
                while waiting and len(running) < settings.jobs:
                    recipe = waiting.pop(0)
                    running[bars[recipe.name]] = _start(recipe, settings, console)
                    progress.start_task(bars[recipe.name])
                    progress.update(bars[recipe.name], loss="starts")
                time.sleep(_POLL_SECONDS)
                for bar, run in list(running.items()):
                    if run.is_finished():
                        del running[bar]
                        seconds[run.name] = run.seconds
                        progress.update(bar, completed=settings.epochs)
                        progress.stop_task(bar)
                        console.print(f"{run.name}: trained and tested in {run.seconds:.0f} s.", highlight=False)
                    else:
                        _show(progress, bar, run)
        finally:
            for run in running.values():
                run.stop()
    return {recipe.name: seconds[recipe.name] for recipe in RECIPES}


def _start(recipe: Recipe, settings: DemoSettings, console: Console) -> TrainingProcess:
    command = training_command(recipe, settings)
    console.print(f"[bold]{recipe.name}:[/bold] {escape(shlex.join(command))}", highlight=False, soft_wrap=True)
    return TrainingProcess(recipe.name, command, settings.work_dirs[recipe.name])


def _show(progress: Progress, bar: TaskID, run: TrainingProcess) -> None:
    epoch, loss = run.progress()
    if loss is None:
        return
    done = epoch - 1
    task = next(task for task in progress.tasks if task.id == bar)
    if not progress.console.is_terminal and done != task.completed and done % _EPOCHS_A_LINE == 0:
        progress.console.print(f"{run.name}: {done} epochs done, loss {loss:.3f}", highlight=False)
    progress.update(bar, completed=done, loss=f"loss {loss:.3f}")
