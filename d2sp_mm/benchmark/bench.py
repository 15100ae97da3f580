"""Carrying a suite out: what each cell needs, what it comes to, and what may be thrown away."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from d2sp_mm.benchmark.cell import Cell, Place
from d2sp_mm.benchmark.clean_set import clean_set
from d2sp_mm.benchmark.iteration_time import iteration_seconds
from d2sp_mm.benchmark.noisy_set import NoisySet, plant
from d2sp_mm.benchmark.outcome import Outcome
from d2sp_mm.benchmark.protocols import PROTOCOLS, Runs, Task, plain
from d2sp_mm.benchmark.run import DONE
from d2sp_mm.benchmark.run_config import base_config, recipe_hook
from d2sp_mm.benchmark.shared_start import checkpoint, first_decision, observing_hook
from d2sp_mm.benchmark.suite import PLAIN, Suite
from d2sp_mm.judge import judge
from d2sp_mm.protocol.epoch_accuracy import last_and_best

_SHARING = ("in_run", "phased")


class Bench:
    """The cells of a suite in a folder.

    Args:
        suite: The suite.
        folder: Where everything is kept: ``data/`` for the sets, a folder a place with one a method.

    Raises:
        ConfigError: A method's hook cannot work with a data set's schedule.
    """

    def __init__(self, suite: Suite, folder: Path) -> None:
        self.suite = suite
        self.folder = folder
        self._noisy: dict[Place, NoisySet] = {}
        self.max_epochs = {name: int(base_config(s).train_cfg.max_epochs) for name, s in suite.data_sets.items()}
        self._hooks = {
            name: recipe_hook(method.recipe, method.options)
            for name, method in suite.methods.items()
            if method.protocol in _SHARING and name != PLAIN
        }
        # What cannot work is refused before the first run.
        self._starts = {
            data_set: sorted({first for hook in self._hooks.values() if (first := first_decision(hook, epochs))})
            for data_set, epochs in self.max_epochs.items()
        }

    def runs(self, cell: Cell) -> Runs:
        """The runs of a cell, as :mod:`d2sp_mm.benchmark.protocols` yields them."""
        task = self._task(cell)
        return plain(task) if cell.method == PLAIN else PROTOCOLS[task.method.protocol](task)

    def figures(self, cell: Cell, outcome: Outcome) -> dict[str, Any]:
        """What the results file says of a finished cell.

        Raises:
            DataError: The run has left no accuracy of its last epoch.
        """
        total = self.max_epochs[cell.place.data_set]
        last, _ = last_and_best(outcome.tested.folder, total)
        noisy = self._noisy_set(cell.place)
        start = 0.0
        hook = self._hooks.get(cell.method)
        if hook is not None and self.suite.methods[cell.method].protocol == "in_run":
            start = float(first_decision(hook, total) or 0)
        return {
            "top1": last.war,
            "uar": last.uar,
            "epochs": round(outcome.epochs, 3),
            "max_epochs": total,
            "iteration_seconds": iteration_seconds(outcome.tested.folder, start),
            "plain_seconds": iteration_seconds(self._folder(Cell(cell.place, PLAIN)), start),
            "judgement": None if outcome.table is None else judge(outcome.table, noisy.true()),
            "command": outcome.tested.shown_command,
            "digest": self.digest(cell),
        }

    def digest(self, cell: Cell) -> str:
        """Tells what a cell is made of from other settings of the same names."""
        suite, place = self.suite, cell.place
        parts = (suite.data_sets[place.data_set], suite.noises[place.noise], suite.methods[cell.method])
        text = f"{parts!r} {self._hooks.get(cell.method)!r}"
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def has_start(self, place: Place) -> bool:
        """Whether the plain run's checkpoints that others go on from are there."""
        plain_folder = self._folder(Cell(place, PLAIN))
        return all(checkpoint(plain_folder, epoch).is_file() for epoch in self._starts[place.data_set])

    def forget(self, cell: Cell) -> None:
        """Have a cell trained again, though it was."""
        for mark in self._folder(cell).rglob(DONE):
            mark.unlink()

    def tidy(self, cell: Cell, waiting: list[Cell]) -> None:
        """Remove checkpoints that nobody needs any more.

        Args:
            cell: The cell that is done.
            waiting: The cells that are not.
        """
        if cell.method != PLAIN:
            for path in self._folder(cell).rglob("*.pth"):
                path.unlink()
        place = cell.place
        needed = set(self._starts[place.data_set]) if any(other.place == place for other in waiting) else set()
        for path in self._folder(Cell(place, PLAIN)).glob("epoch_*.pth"):
            if int(path.stem.partition("_")[2]) not in needed:
                path.unlink()

    def _task(self, cell: Cell) -> Task:
        observer = observing_hook(self._hooks.values(), self.max_epochs[cell.place.data_set])
        return Task(
            data_set=self.suite.data_sets[cell.place.data_set],
            noisy=self._noisy_set(cell.place),
            method=self.suite.methods[cell.method],
            seed=cell.place.seed,
            folder=self._folder(cell),
            plain=self._folder(Cell(cell.place, PLAIN)),
            observer=observer,
        )

    def _folder(self, cell: Cell) -> Path:
        return self.folder / cell.place.folder / cell.method

    def _noisy_set(self, place: Place) -> NoisySet:
        if place not in self._noisy:
            clean = clean_set(self.suite.data_sets[place.data_set], self.folder / "data" / place.data_set, place.seed)
            folder = self.folder / "data" / place.folder
            self._noisy[place] = plant(clean, self.suite.noises[place.noise], folder, place.seed)
        return self._noisy[place]
