"""Carrying a suite out: what each cell needs, what it comes to, and what may be thrown away."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mmengine.config import Config

from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.benchmark.cell import Cell, Place, cells_of
from d2sp_mm.experiments.benchmark.clean_set import clean_set
from d2sp_mm.experiments.benchmark.helping_runs import checkpoint, first_decision, observing_hook
from d2sp_mm.experiments.benchmark.noisy_set import NoisySet, plant
from d2sp_mm.experiments.benchmark.protocols import PROTOCOLS, Runs, Task, plain, plain_run
from d2sp_mm.experiments.benchmark.results import Outcome, Results
from d2sp_mm.experiments.benchmark.run import DONE, iteration_seconds
from d2sp_mm.experiments.benchmark.run_config import base_config, recipe_hook
from d2sp_mm.experiments.benchmark.suite import PLAIN, Suite
from d2sp_mm.experiments.evaluation import evaluate_purification
from d2sp_mm.experiments.protocol.scored import last_and_best

_SHARING = ("in_run", "phased")


def _max_epochs(name: str, config: Config) -> int:
    epochs = config.train_cfg.get("max_epochs")
    if epochs is None:
        raise ConfigError(f"suite: data_sets.{name}: its config has no train_cfg.max_epochs; purification counts in epochs.")
    return int(epochs)


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
        self._configs = {name: base_config(data_set) for name, data_set in suite.data_sets.items()}
        self.max_epochs = {name: _max_epochs(name, config) for name, config in self._configs.items()}
        self._hooks = {
            name: recipe_hook(method.recipe, method.options)
            for name, method in suite.methods.items()
            if method.protocol in _SHARING and name != PLAIN
        }
        if any(method.protocol == "out_of_fold" for method in suite.methods.values()) and find_spec("cleanlab") is None:
            raise ConfigError("suite: the protocol out_of_fold needs the package cleanlab: pip install cleanlab")
        # What cannot work is refused before the first run.
        self._starts = {
            data_set: sorted({first for hook in self._hooks.values() if (first := first_decision(hook, epochs))})
            for data_set, epochs in self.max_epochs.items()
        }

    def runs(self, cell: Cell) -> Runs:
        """The runs of a cell, as :mod:`d2sp_mm.experiments.benchmark.protocols` yields them."""
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
            "evaluation": None if outcome.table is None else evaluate_purification(outcome.table, noisy.true()),
            "command": outcome.tested.shown_command,
            "digest": self.digest(cell),
        }

    def digest(self, cell: Cell) -> str:
        """Tells what a cell is made of from other settings of the same names."""
        suite, place = self.suite, cell.place
        parts = (suite.data_sets[place.data_set], suite.noises[place.noise], suite.methods[cell.method])
        text = f"{parts!r} {self._hooks.get(cell.method)!r} {self._configs[place.data_set].to_dict()!r}"
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def current(self, results: Results) -> list[dict[str, Any]]:
        """The results of the suite's cells that were made by its present settings."""
        cells = (cell for cell in cells_of(self.suite) if cell in results)
        return [results[cell] for cell in cells if results[cell].get("digest") == self.digest(cell)]

    def has_start(self, cell: Cell) -> bool:
        """Whether what a cell goes on from is there.

        That is the plain run, trained to its end by the present settings, and its checkpoint if the cell needs one.
        """
        first = Cell(cell.place, PLAIN)
        hook = self._hooks.get(cell.method)
        epoch = None if hook is None else first_decision(hook, self.max_epochs[cell.place.data_set])
        there = epoch is None or checkpoint(self._folder(first), epoch).is_file()
        return there and plain_run(self._task(first)).is_done

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
            classes = int(self._configs[place.data_set].model.cls_head.num_classes)
            self._noisy[place] = plant(clean, self.suite.noises[place.noise], folder, place.seed, classes)
        return self._noisy[place]
