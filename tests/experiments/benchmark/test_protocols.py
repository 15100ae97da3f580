"""The runs that a method yields, and what it is charged for them, without training any."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.annotations import read_annotations
from d2sp_mm.experiments.benchmark.protocols import Task, in_run, passes
from d2sp_mm.experiments.benchmark.suite import Method, Noise
from d2sp_mm.runs.ledger_table import LedgerTable, write_ledger_table


@pytest.fixture
def task_of(data_set, plant_noise, tmp_path):
    """Makes the task of a method on forty clips."""
    noisy = plant_noise(Noise(mislabel_rate=0.2))
    return lambda method: Task(data_set, noisy, method, 3, tmp_path / "trial", tmp_path / "plain", {})


def _decide(task, work_dir):
    """Leave a ledger as a run does: the first ten pruned, the next two relabelled."""
    noisy = task.noisy.annotations()
    n, labels = len(noisy.keys), np.asarray(noisy.labels)
    corrected = labels.copy()
    corrected[10:12] = (labels[10:12] + 1) % 4
    scores, epochs = np.full(n, np.nan), np.full(n, -1)
    table = LedgerTable(noisy.keys, labels, corrected, np.arange(n) >= 10, scores, scores, [""] * n, [""] * n, epochs)
    write_ledger_table(work_dir / "purification" / "ledger.csv", table)
    return corrected[10:]


def _end(runs):
    with pytest.raises(StopIteration) as end:
        next(runs)
    return end.value.value


def test_what_a_run_left_is_trained_on_from_scratch_by_a_run_that_decides_nothing(task_of):
    task = task_of(Method(recipe="d2sp"))
    runs = in_run(task)
    deciding = next(runs)
    assert deciding.resume == task.plain / "epoch_23.pth"
    left = _decide(task, deciding.folder)
    final = next(runs)
    assert final.folder != deciding.folder and final.resume is None and final.passes is None
    assert final.config.randomness == deciding.config.randomness == dict(seed=3)
    assert not final.config.default_hooks.purification.get("stages")
    trained = final.config.train_dataloader.dataset.dataset.ann_file
    assert read_annotations(trained, "video").labels.tolist() == left.tolist()
    result = _end(runs)
    assert (result.in_run.run, result.in_run.epochs) == (deciding, 40)
    # A pass that ends with the last decision, at .7 of 40 epochs, and 40 epochs of three quarters of the clips.
    assert (result.scratch.run, result.scratch.epochs) == (final, 28 + 30)


def test_a_chain_is_the_command_of_its_own_and_costs_all_passes(task_of):
    method = Method(recipe="small-loss", protocol="passes", settings=dict(passes=2), options={"stages.prune.start": 10})
    task = task_of(method)
    runs = passes(task)
    chain = next(runs)
    assert chain.config.default_hooks.purification.stages.prune.start == 10
    assert chain.shown_command.startswith("python tools/purify.py") and "--passes 2" in chain.shown_command
    _decide(task, chain.work_dir)
    result = _end(runs)
    assert result.in_run is None and not result.table.keep[:10].any()
    assert (result.scratch.run, result.scratch.epochs) == (chain, 10 + 10 + 30)
    assert chain.tested == chain.work_dir / "final"
