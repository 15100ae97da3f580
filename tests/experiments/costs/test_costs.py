"""The measurements run, measure what they say, and the page says what was measured. Their figures are no test's business."""

from __future__ import annotations

import itertools
import time
from typing import ClassVar

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.registry import HOOKS

from d2sp_mm.experiments.costs.interleaved_runs import run_interleaved
from d2sp_mm.experiments.costs.ledger_sizes import epoch_ends, sizes
from d2sp_mm.experiments.costs.measurement import Measurement, paired_ratio, seconds, start_times
from d2sp_mm.experiments.costs.page import write_page
from d2sp_mm.experiments.costs.report_pages import report_costs
from d2sp_mm.experiments.costs.training import epoch_saving, iteration_costs
from d2sp_mm.experiments.costs.workers import worker_costs
from d2sp_mm.ledger import Ledger, packing
from tests.load_tool import load_tool
from tests.tiny_run import tiny_config, write_list


@HOOKS.register_module(force=True)
class NotesIterations(Hook):
    """Notes whose iteration it was."""

    seen: ClassVar[list[str]] = []

    def __init__(self, name):
        self.name = name

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.seen.append(self.name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("costs")


def test_a_ratio_is_taken_pair_by_pair_and_evaluated_by_its_median():
    theirs = [1.0, 10.0, 100.0]
    row = paired_ratio("x", [1.01, 10.1, 150.0], theirs, 0.02)
    assert row.found.startswith("+1.00 % (") and row.holds
    assert not paired_ratio("x", [1.03, 10.3, 103.0], theirs, 0.02).holds


def test_seconds_have_a_unit_that_can_be_read():
    assert seconds("x", [0.012, 0.014, 0.013], 0.02).found == "13 ms (12 to 14), 3 trials"
    row = seconds("x", [2.5], 2.0)
    assert (row.found, row.bound, row.holds) == ("2.5 s, 1 trials", "at most 2 s", False)


def test_runs_are_interleaved_and_only_one_computes_at_a_time(tmp_path):
    ann_file = write_list(tmp_path / "train.txt", per_class=8)
    configs = {}
    for name in ("a", "b"):
        config = tiny_config(tmp_path / name, ann_file, purified=False)
        config["train_cfg"] = dict(type="EpochBasedTrainLoop", max_epochs=3, val_interval=9)
        config["custom_hooks"] = [dict(type="NotesIterations", name=name)]
        configs[name] = Config(config)
    NotesIterations.seen.clear()
    times = run_interleaved(configs)
    assert {name: len(found) for name, found in times.items()} == {"a": 3, "b": 3}
    # 32 clips in batches of 8: four of one, then four of the other.
    epochs = [(name, len(list(group))) for name, group in itertools.groupby(NotesIterations.seen)]
    assert [name for name, _ in epochs] in (["a", "b"] * 3, ["b", "a"] * 3)
    assert {length for _, length in epochs} == {4}
    assert all(value > 0 for found in times.values() for value in found)


def test_a_run_that_fails_ends_the_measurement_with_its_error(tmp_path):
    good, bad = (tiny_config(tmp_path / name, write_list(tmp_path / f"{name}.txt"), purified=False) for name in "ab")
    bad["train_dataloader"]["dataset"]["pipeline"].append(dict(type="Breaks"))
    begin = time.monotonic()
    with pytest.raises(Exception, match="Breaks"):
        run_interleaved({"good": Config(good), "bad": Config(bad)})
    assert time.monotonic() - begin < 60


def test_iterations_and_epochs_of_the_demos_recognizer(folder):
    rows = iteration_costs(folder, epochs=10, clips=32)
    assert [row.bound for row in rows] == ["at most 2 %"] * 3
    # Two iterations an epoch, every other one with purification, of which the first tenth warms up.
    assert all("9 pairs" in row.found for row in rows)
    (row,) = epoch_saving(folder, epochs=4, clips=32)
    assert "2 pairs of epochs" in row.found


def test_the_ledger_of_some_samples(monkeypatch):
    # As millions of them are kept.
    monkeypatch.setattr(packing, "MOST_HALVES", 0)
    plain, deciding = epoch_ends(5000, 10.0, trials=2)
    assert plain.holds and deciding.holds and "5,000 samples" in plain.what
    stated, grown, saved, loaded = sizes(5000)
    assert stated.found == str(Ledger(["a"], [0], 7, 10).bytes_per_sample) and stated.holds
    assert float(grown.found.split()[0]) == pytest.approx(100, abs=3)
    assert saved.holds and loaded.holds


def test_batches_with_and_without_the_wrapper(folder):
    rows = worker_costs(folder, pairs=1, samples=12_000, batches=4, clips=16)
    assert sum(row.what.startswith("batches") for row in rows) == 5
    (added,) = (row for row in rows if "adds" in row.what)
    assert abs(float(added.found.split()[0])) < 1000
    memory = [row for row in rows if row.what.startswith("memory")]
    assert len(memory) == 4 and all("MiB" in row.found for row in memory)


def test_the_page_of_some_clips(folder):
    rows = report_costs(folder, clips=30, drawn=16)
    strips = next(row for row in rows if "strip" in row.what)
    assert int(strips.found) == 30


def test_starting_is_measured():
    package, light, script = start_times(trials=1)
    assert light.found == "[]" and light.holds
    assert package.holds and script.bound == "at most 1 s"


def test_the_page_lists_what_is_missed(tmp_path):
    rows = [Measurement("good", "1", "2", True), Measurement("bad", "3", "2", False, "because"), Measurement("free", "4")]
    write_page(tmp_path / "costs.md", {"Part": rows})
    text = (tmp_path / "costs.md").read_text()
    assert "| bad | 3 | 2 | **no** |" in text and "| free | 4 |  |  |" in text
    assert "* bad: because." in text and text.endswith("Missed: 1. bad\n")


def test_the_tool_measures_the_parts_that_are_asked_for(tmp_path, monkeypatch, capsys):
    tool = load_tool("measure_costs")
    monkeypatch.setitem(tool._PARTS, "start", ("Starting", lambda _: [Measurement("x", "1")]))
    tool.main(["--only", "start", "--page", str(tmp_path / "page.md")])
    assert "| x | 1 |" in (tmp_path / "page.md").read_text()
    assert np.isin("Written:", capsys.readouterr().out.split())
