"""How a method trains: one run, or several of which each uses the one before.

A protocol yields runs; each is trained before it yields the next. It returns the :class:`TrialResult`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from d2sp_mm.experiments.benchmark.auxiliary_runs import (
    branch_epoch,
    checkpoint,
    evaluate_folds,
    join_flags,
    pass_epochs,
    threshold_sets,
)
from d2sp_mm.experiments.benchmark.image_quality import evaluate_pictures
from d2sp_mm.experiments.benchmark.noisy_set import NoisySet
from d2sp_mm.experiments.benchmark.results import Trained, TrialResult
from d2sp_mm.experiments.benchmark.run import Run
from d2sp_mm.experiments.benchmark.run_config import chain_of, recipe_hook, run_config, training_set
from d2sp_mm.experiments.benchmark.suite import DataSet, Method
from d2sp_mm.runs.ledger_table import LedgerTable, read_ledger_table

Runs = Generator[Run, None, TrialResult]


@dataclass(frozen=True)
class Task:
    """What a protocol works on.

    Args:
        data_set: What the suite says of the set.
        noisy: The noisy set.
        method: The method.
        seed: The seed.
        folder: The trial's folder.
        plain: Work dir of the plain run on the same noisy split.
        observer: Hook of the plain run.
    """

    data_set: DataSet
    noisy: NoisySet
    method: Method
    seed: int
    folder: Path
    plain: Path
    observer: dict[str, Any]

    def run(self, folder: Path, ann_file: Path, hook: dict[str, Any], options: dict[str, Any] | None = None) -> Run:
        """A run of the set's config from the start."""
        config = run_config(self.data_set, self.noisy, ann_file, self.seed, hook, options)
        return Run(folder, config, float(config.train_cfg.max_epochs), inputs=(ann_file, self.noisy.record))

    def extension(self) -> str:
        """Ending of an annotation file of this set."""
        return self.noisy.ann_file.suffix

    def plain_table(self) -> LedgerTable:
        """The ledger that the plain run left, whose samples stand in the order of all ledgers of this noisy split."""
        return _table(self.plain)


def plain(task: Task) -> Runs:
    """The plain run, which all others are compared with and most start from: its hook changes nothing."""
    run = plain_run(task)
    yield run
    return TrialResult(undecided(task.plain_table()), in_run=Trained(run, run.epochs))


def plain_run(task: Task) -> Run:
    """The run of :func:`plain`."""
    options = {"default_hooks.checkpoint.interval": 1, "default_hooks.checkpoint.max_keep_ckpts": -1}
    return task.run(task.plain, task.noisy.ann_file, task.observer, options)


def in_run(task: Task) -> Runs:
    """One run that decides while it trains; then training from scratch, and plainly, on what it left.

    It starts from the plain run's checkpoint before its first decision, where it can. From scratch it counts as a pass: up
    to its last decision, after which what it left does not change.
    """
    hook = recipe_hook(task.method.recipe, task.method.options)
    run = task.run(task.folder, task.noisy.ann_file, hook)
    total = int(run.epochs)
    first = branch_epoch(hook, total)
    if first is not None:
        run = replace(run, resume=checkpoint(task.plain, first))
    yield run
    table = _table(run.folder)
    final = _train_on(task, table)
    yield final
    return TrialResult(table, Trained(run, float(total)), Trained(final, pass_epochs(hook, total) + final.epochs))


def passes(task: Task) -> Runs:
    """The chain of ``tools/purify.py``: passes that each end with their last decision, then training from scratch.

    Settings: ``passes``, how many; by default as many as ``tools/purify.py`` makes of the recipe.
    """
    run = task.run(task.folder, task.noisy.ann_file, recipe_hook(task.method.recipe, task.method.options))
    chain = chain_of(run.config, task.method)
    run = replace(run, passes=chain.passes)
    yield run
    table = _table(run.work_dir)
    *spent, final = chain.epochs
    return TrialResult(table, scratch=Trained(run, sum(spent) + final * float(table.keep.mean())))


def oracle(task: Task) -> Runs:
    """Plain training on true labels, without what was corrupted."""
    ann_file = task.noisy.write_oracle(task.folder / f"oracle{task.extension()}")
    run = task.run(task.folder, ann_file, {"type": "d2sp_mm.PurificationHook"})
    yield run
    share = float((task.noisy.true().noise != "low_quality").mean())
    return TrialResult(None, scratch=Trained(run, run.epochs * share))


def out_of_fold(task: Task) -> Runs:
    """Confident learning by its own protocol: out-of-fold predictions, then training on what cleanlab leaves.

    Settings: ``folds`` (3), ``filter_by`` of cleanlab. Clips that cannot be decoded are left out of the folds.
    """
    known = task.plain_table()
    folds = int(task.method.settings.get("folds", 3))
    rng = np.random.default_rng(task.seed)
    fold_of = rng.permutation(np.arange(len(known)) % folds)
    readable = task.noisy.readable(task.plain, known.keys)
    predictions, spent = [], 0.0
    for fold in range(folds):
        folder = task.folder / f"fold{fold}"
        rest = task.noisy.write(folder / f"rest{task.extension()}", readable & (fold_of != fold))
        held = task.noisy.write(folder / f"held{task.extension()}", readable & (fold_of == fold))
        run = task.run(folder, rest, {"type": "d2sp_mm.PurificationHook"}, _dump(task, held, folder))
        share = float((readable & (fold_of != fold)).mean())
        run = replace(run, epochs=run.epochs * share, inputs=(*run.inputs, held))
        yield run
        spent += run.epochs
        predictions.append((np.flatnonzero(readable & (fold_of == fold)), folder / "predictions.pkl"))
    known = replace(known, keep=readable)
    table = evaluate_folds(known, predictions, task.noisy.num_classes, task.method.settings.get("filter_by"))
    final = _train_on(task, table)
    yield final
    return TrialResult(table, scratch=Trained(final, spent + final.epochs))


def threshold_samples(task: Task) -> Runs:
    """AUM's own protocol: two runs with threshold samples that end early, then a final run.

    Settings: ``until`` (.6), the share of the schedule that the two runs train. The paper ends them where the learning rate
    first drops, which is there in ``sgd_40e.py``; a cosine over the whole schedule has no such drop.
    """
    known, tables, sets = task.plain_table(), [], []
    fake = task.noisy.num_classes
    spent = 0.0
    for number, chosen in enumerate(threshold_sets(len(known), fake, task.seed)):
        folder = task.folder / f"threshold{number}"
        labels = np.where(chosen, fake, known.labels)
        ann_file = task.noisy.write(folder / f"train{task.extension()}", np.ones(len(known), dtype=bool), labels)
        total = task.run(folder, ann_file, {"type": "d2sp_mm.PurificationHook"}).epochs
        until = max(round(total * float(task.method.settings.get("until", 0.6))), 1)
        stage = {"type": "d2sp_mm.AreaUnderMargin", "threshold_class": fake, "start": until}
        hook = {"type": "d2sp_mm.PurificationHook", "dry_run": True, "stages": {"prune": stage}}
        options = {"model.cls_head.num_classes": fake + 1, "train_cfg.max_epochs": until}
        run = task.run(folder, ann_file, hook, {**options, "train_cfg.val_begin": until + 1})
        yield run
        spent += run.epochs
        tables.append(_table(run.folder))
        sets.append(chosen)
    table = join_flags(known, tables, sets)
    final = _train_on(task, table)
    yield final
    return TrialResult(table, scratch=Trained(final, spent + final.epochs))


def image_quality(task: Task) -> Runs:
    """Prune by a measure of the pictures before any training, and train plainly on the rest.

    Settings: ``measure`` (any), ``rate`` (.1); see :func:`evaluate_pictures`.
    """
    settings = task.method.settings
    table = evaluate_pictures(task.plain_table(), task.noisy, settings.get("measure", "any"), settings.get("rate", 0.1))
    final = _train_on(task, table)
    yield final
    return TrialResult(table, scratch=Trained(final, final.epochs))


PROTOCOLS: dict[str, Callable[[Task], Runs]] = {
    "in_run": in_run,
    "oracle": oracle,
    "passes": passes,
    "out_of_fold": out_of_fold,
    "threshold_samples": threshold_samples,
    "image_quality": image_quality,
}


def undecided(table: LedgerTable) -> LedgerTable:
    """The same samples with nothing decided or scored: what the observing hook would have done is no method's."""
    n = len(table)
    unscored = np.full(n, np.nan)
    keep = np.ones(n, dtype=bool)
    return LedgerTable(table.keys, table.labels, table.labels, keep, unscored, unscored, [""] * n, [""] * n, np.full(n, -1))


def _table(folder: Path) -> LedgerTable:
    return read_ledger_table(folder / "purification" / "ledger.csv")


def _train_on(task: Task, table: LedgerTable) -> Run:
    """Plain training on what a table leaves; an epoch is shorter by what was pruned."""
    ann_file = task.noisy.write(task.folder / f"purified{task.extension()}", table.keep, table.corrected_labels)
    hook = {"type": "d2sp_mm.PurificationHook"}
    run = task.run(task.folder / "final", ann_file, hook)
    return replace(run, epochs=run.epochs * float(table.keep.mean()))


def _dump(task: Task, held: Path, folder: Path) -> dict[str, Any]:
    """Options by which a run predicts the held-out fold at its end, with the pipeline of the test set."""
    config = task.run(folder, held, {"type": "d2sp_mm.PurificationHook"}).config
    prefix = training_set(config).get("data_prefix")
    options: dict[str, Any] = {
        "train_cfg.val_begin": config.train_cfg.max_epochs,
        "val_dataloader.dataset.ann_file": str(held),
        "val_dataloader.dataset.data_root": "",
        "val_evaluator": [{"type": "DumpResults", "out_file_path": str(folder / "predictions.pkl")}],
    }
    if prefix is not None:
        options["val_dataloader.dataset.data_prefix"] = dict(prefix)
    if task.noisy.split is not None:
        options["val_dataloader.dataset.split"] = task.noisy.split
    return options
