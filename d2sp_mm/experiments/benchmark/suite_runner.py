"""Running a suite: trains its trials, some at a time, and adds their results to a file."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mmengine.config import Config
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.benchmark.auxiliary_runs import branch_epoch, checkpoint, observing_hook
from d2sp_mm.experiments.benchmark.clean_set import clean_set
from d2sp_mm.experiments.benchmark.noisy_set import NoisySet, plant
from d2sp_mm.experiments.benchmark.protocols import PROTOCOLS, Runs, Task, plain, plain_run
from d2sp_mm.experiments.benchmark.results import Results, TrialResult
from d2sp_mm.experiments.benchmark.run import DONE, Run
from d2sp_mm.experiments.benchmark.run_config import base_config, chain_of, recipe_hook
from d2sp_mm.experiments.benchmark.suite import PLAIN, Suite
from d2sp_mm.experiments.benchmark.trial import NoisySplit, Trial, trials_of
from d2sp_mm.experiments.evaluation import evaluate_purification
from d2sp_mm.experiments.protocol.training_process import TrainingProcess

_POLL_SECONDS = 0.2


@dataclass
class _Active:
    """A trial whose current run trains in a process."""

    trial: Trial
    runs: Runs
    run: Run
    process: TrainingProcess


class SuiteRunner:
    """Runs the trials of a suite in a folder.

    Args:
        suite: The suite.
        folder: Holds everything: ``data/`` has the sets; every noisy split has a folder, with one folder for each method.

    Raises:
        ConfigError: A method's hook cannot work with a data set's schedule.
    """

    def __init__(self, suite: Suite, folder: Path) -> None:
        self.suite = suite
        self.folder = folder
        self._noisy_sets: dict[NoisySplit, NoisySet] = {}
        self._configs = {name: base_config(data_set) for name, data_set in suite.data_sets.items()}
        self.max_epochs = {name: _max_epochs(name, config) for name, config in self._configs.items()}
        self._hooks = {
            name: recipe_hook(method.recipe, method.options)
            for name, method in suite.methods.items()
            if method.protocol in ("in_run", "passes") and name != PLAIN
        }
        # Those of methods that start from a checkpoint of the plain run.
        self._sharing = {name: hook for name, hook in self._hooks.items() if suite.methods[name].protocol == "in_run"}
        if any(method.protocol == "out_of_fold" for method in suite.methods.values()) and find_spec("cleanlab") is None:
            raise ConfigError("suite: the protocol out_of_fold needs the package cleanlab: pip install cleanlab")
        # What cannot work is refused before the first run.
        for name in self._hooks.keys() - self._sharing.keys():
            for data_set in suite.methods[name].data_sets or self._configs:
                chain_of(self._configs[data_set], suite.methods[name])
        self._starts = {
            data_set: sorted({first for hook in self._sharing.values() if (first := branch_epoch(hook, epochs))})
            for data_set, epochs in self.max_epochs.items()
        }

    def run(self, results: Results, jobs: int, console: Console) -> None:
        """Train and evaluate every trial that has no result yet; resumes an interrupted call.

        Args:
            results: The results so far; new ones are added.
            jobs: Runs at the same time, at least 1.
            console: Where messages and progress go.

        Raises:
            TrainingError: A run ended with an error; the others are stopped, and finished trials keep their results.
        """
        trials = trials_of(self.suite)
        waiting = self._unfinished(trials, results)
        active: list[_Active] = []

        def advance(trial: Trial, runs: Runs) -> None:
            unfinished = [*waiting, *(entry.trial for entry in active)]
            if (entry := self._start_next_run(trial, runs, results, unfinished, console)) is not None:
                active.append(entry)

        remaining = TimeRemainingColumn()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), remaining)
        with Progress(*columns, console=console) as progress:
            bar = progress.add_task("trials", total=len(trials), completed=len(trials) - len(waiting))
            try:
                while waiting or active:
                    while len(active) < jobs and (trial := _next_ready(waiting, active)) is not None:
                        waiting.remove(trial)
                        advance(trial, self._runs(trial))
                    time.sleep(_POLL_SECONDS)
                    for entry in [entry for entry in active if entry.process.is_finished()]:
                        active.remove(entry)
                        entry.run.finish()
                        advance(entry.trial, entry.runs)
                    progress.update(bar, completed=len(trials) - len(waiting) - len(active))
            finally:
                for entry in active:
                    entry.process.stop()

    def current(self, results: Results) -> list[dict[str, Any]]:
        """The results of the suite's trials that its present settings produced."""
        trials = (trial for trial in trials_of(self.suite) if trial in results)
        return [results[trial] for trial in trials if results[trial].get("digest") == self.digest(trial)]

    def digest(self, trial: Trial) -> str:
        """Hash of a trial's settings; it differs where settings of the same names differ."""
        suite, split = self.suite, trial.noisy_split
        parts = (suite.data_sets[split.data_set], suite.noises[split.noise], suite.methods[trial.method])
        text = f"{parts!r} {self._hooks.get(trial.method)!r} {self._configs[split.data_set].to_dict()!r}"
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def _unfinished(self, trials: list[Trial], results: Results) -> list[Trial]:
        """The trials without a result of these settings, and the plain trials whose checkpoints they miss."""
        found = {trial for trial in trials if trial not in results or results[trial].get("digest") != self.digest(trial)}
        for trial in list(found):
            if trial.plain not in found and not self._has_start(trial):
                self._mark_untrained(trial.plain)
                found.add(trial.plain)
        for trial in found:
            # Something that its runs do not show may have changed, such as the settings of its protocol.
            if trial in results:
                self._mark_untrained(trial)
        return [trial for trial in trials if trial in found]

    def _has_start(self, trial: Trial) -> bool:
        """Whether the plain run is done by the present settings, and has the checkpoint that the trial starts from."""
        hook = self._sharing.get(trial.method)
        epoch = None if hook is None else branch_epoch(hook, self.max_epochs[trial.noisy_split.data_set])
        there = epoch is None or checkpoint(self._folder(trial.plain), epoch).is_file()
        return there and plain_run(self._task(trial.plain)).is_done

    def _mark_untrained(self, trial: Trial) -> None:
        for mark in self._folder(trial).rglob(DONE):
            mark.unlink()

    def _start_next_run(
        self, trial: Trial, runs: Runs, results: Results, unfinished: list[Trial], console: Console
    ) -> _Active | None:
        """Start the trial's next run that is not done yet; without one, add the trial's result and return None."""
        while True:
            try:
                run = next(runs)
            except StopIteration as end:
                results.add(trial, self._figures(trial, end.value))
                self._remove_checkpoints(trial, unfinished)
                console.print(f"{trial.name}: top-1 {_shown(results[trial])}", highlight=False, soft_wrap=True)
                return None
            if not run.is_done:
                run.prepare()
                return _Active(trial, runs, run, TrainingProcess(trial.name, run.command, run.folder))

    def _runs(self, trial: Trial) -> Runs:
        task = self._task(trial)
        return plain(task) if trial.method == PLAIN else PROTOCOLS[task.method.protocol](task)

    def _figures(self, trial: Trial, result: TrialResult) -> dict[str, Any]:
        """The figures of a finished trial, as the results file holds them.

        Raises:
            DataError: A run has left no accuracy of an epoch that counts.
        """
        noisy = self._noisy_set(trial.noisy_split)
        return {
            "in_run": result.in_run and result.in_run.figures(),
            "scratch": result.scratch and result.scratch.figures(),
            "max_epochs": self.max_epochs[trial.noisy_split.data_set],
            "evaluation": None if result.table is None else evaluate_purification(result.table, noisy.true()),
            "digest": self.digest(trial),
        }

    def _remove_checkpoints(self, trial: Trial, unfinished: list[Trial]) -> None:
        """Remove the checkpoints of a finished trial, and those of its plain run that no unfinished trial starts from."""
        if trial.method != PLAIN:
            for path in self._folder(trial).rglob("*.pth"):
                path.unlink()
        split = trial.noisy_split
        needed = set(self._starts[split.data_set]) if any(other.noisy_split == split for other in unfinished) else set()
        for path in self._folder(trial.plain).glob("epoch_*.pth"):
            if int(path.stem.partition("_")[2]) not in needed:
                path.unlink()

    def _task(self, trial: Trial) -> Task:
        data_set = trial.noisy_split.data_set
        return Task(
            data_set=self.suite.data_sets[data_set],
            noisy=self._noisy_set(trial.noisy_split),
            method=self.suite.methods[trial.method],
            seed=trial.noisy_split.seed,
            folder=self._folder(trial),
            plain=self._folder(trial.plain),
            observer=observing_hook(self._sharing.values(), self.max_epochs[data_set]),
        )

    def _folder(self, trial: Trial) -> Path:
        return self.folder / trial.noisy_split.folder / trial.method

    def _noisy_set(self, split: NoisySplit) -> NoisySet:
        if split not in self._noisy_sets:
            clean = clean_set(self.suite.data_sets[split.data_set], self.folder / "data" / split.data_set, split.seed)
            folder = self.folder / "data" / split.folder
            classes = int(self._configs[split.data_set].model.cls_head.num_classes)
            self._noisy_sets[split] = plant(clean, self.suite.noises[split.noise], folder, split.seed, classes)
        return self._noisy_sets[split]


def _shown(row: Mapping[str, Any]) -> str:
    parts = {"in_run": "within the run", "scratch": "from scratch"}
    return ", ".join(f"{100 * row[part]['top1']:.1f} % {words}" for part, words in parts.items() if row[part] is not None)


def _next_ready(waiting: list[Trial], active: list[_Active]) -> Trial | None:
    """The first trial whose plain trial is done."""
    unfinished = {*waiting, *(entry.trial for entry in active)}
    return next((trial for trial in waiting if trial.method == PLAIN or trial.plain not in unfinished), None)


def _max_epochs(name: str, config: Config) -> int:
    epochs = config.train_cfg.get("max_epochs")
    if epochs is None:
        raise ConfigError(f"suite: data_sets.{name}: its config has no train_cfg.max_epochs; purification counts in epochs.")
    return int(epochs)
