"""The runs of the demo."""

from __future__ import annotations

import shlex
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from mmengine.config import Config
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from d2sp_mm.experiments.demo.settings import RECIPES, DemoSettings, Recipe, option_path
from d2sp_mm.experiments.protocol.decode_once import decode_once_options
from d2sp_mm.experiments.protocol.run_folders import trained_epochs
from d2sp_mm.experiments.protocol.run_record import typed_path
from d2sp_mm.experiments.protocol.scored import tested_epochs
from d2sp_mm.experiments.protocol.training_process import TrainingProcess
from d2sp_mm.paths import find_home

#: Fields of MMEngine's schedulers that are points of the schedule.
_POINTS = ("begin", "end", "T_max")


def schedule_options(config: Config, epochs: int) -> dict[str, Any]:
    """Return the settings by which a config trains ``epochs`` epochs.

    Training tests after each of :func:`tested_epochs`. Every scheduler that counts in epochs is stretched in
    proportion; one that has a length keeps at least one epoch.

    Args:
        config: The config.
        epochs: Epochs to train, at least 1.

    Returns:
        Values by dotted names; none where the config already says so.
    """
    wanted = {"max_epochs": epochs, "val_begin": tested_epochs(epochs)[0], "val_interval": 1}
    options: dict[str, Any] = {
        f"train_cfg.{key}": value for key, value in wanted.items() if config.train_cfg.get(key) != value
    }
    factor = epochs / config.train_cfg.max_epochs
    for number, scheduler in enumerate(config.param_scheduler):
        if factor == 1 or not scheduler.get("by_epoch", True):
            continue
        # A later point stays later than 0, so that no scheduler slides under the one before it.
        points = {
            name: max(round(scheduler[name] * factor), min(scheduler[name], 1)) for name in _POINTS if name in scheduler
        }
        if "end" in points:
            points["end"] = max(points["end"], points.get("begin", 0) + 1)
        options |= {f"param_scheduler.{number}.{name}": value for name, value in points.items()}
    return options


def _read(config: Path) -> Config:
    with warnings.catch_warnings():
        # MMEngine finds packages by pkg_resources, which setuptools warns of at every look-up.
        warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
        return Config.fromfile(config, import_custom_modules=False)


def training_command(recipe: Recipe, settings: DemoSettings) -> list[str]:
    """Return the program and arguments that train one recipe on the demo's toy set.

    Args:
        recipe: The run.
        settings: The demo's settings.

    Returns:
        The interpreter, ``tools/train.py`` or ``tools/purify.py``, the config and its options; paths relative to the current
        folder where they lie in it.

    Raises:
        ConfigError: Tools or configs are not to be found.
    """
    home = find_home()
    path = home / "configs" / recipe.config
    config = _read(path)
    videos = option_path(settings.data / "videos")
    options: dict[str, Any] = {}
    for loader, ann_file in (
        ("train_dataloader.dataset.dataset", recipe.ann_file),
        ("val_dataloader.dataset", "test.txt"),
        ("test_dataloader.dataset", "test.txt"),
    ):
        options |= {f"{loader}.ann_file": option_path(settings.data / ann_file), f"{loader}.data_prefix.video": videos}
    options |= decode_once_options(config, option_path(settings.frames))
    # The accuracy of a batch is logged bare: only every batch's gives that of the epoch.
    options |= {"default_hooks.logger.interval": 1, **schedule_options(config, settings.epochs)}
    # So that its decisions can be taken again with other settings (tools/ledger.py replay).
    options["default_hooks.purification.keep_epochs"] = settings.epochs
    return [
        typed_path(Path(sys.executable)),
        typed_path(home / "tools" / ("purify.py" if recipe.purify else "train.py")),
        typed_path(path),
        *(["--purify", recipe.purify] if recipe.purify else []),
        "--work-dir",
        typed_path(settings.work_dirs[recipe.name]),
        "--seed",
        str(settings.seed),
        "--cfg-options",
        *(f"{name}={value}" for name, value in options.items()),
    ]


#: The runs' logs are long, and reading them takes time from the runs.
_POLL_SECONDS = 1
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
        bars = {
            # How many epochs passes take is theirs to know.
            recipe.name: progress.add_task(
                recipe.name, start=False, total=None if recipe.purify else settings.epochs, loss="waits"
            )
            for recipe in RECIPES
        }
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
                        epochs = trained_epochs(run.work_dir)
                        progress.update(bar, completed=epochs, total=epochs)
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
