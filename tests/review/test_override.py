"""Overrides on a real run: they stand in its files and in what training does next."""

from __future__ import annotations

import os

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Override
from d2sp_mm.ledger.override import override_epochs
from d2sp_mm.review.override import override, standing_overrides
from d2sp_mm.runs.recorded_run import read_recorded_run
from tests.load_tool import json_of
from tests.review.overridden_run import go_on, override_rows, purified, write
from tests.tiny_run import hook_of, tiny_config, train


def assert_stand(work, wanted):
    found = purified(work)
    assert {key: found.get(key) for key in wanted} == wanted


def test_overrides_hold_in_the_files_and_in_what_is_trained_next(tool, run, tmp_path, capsys):
    work, config = run
    before = read_recorded_run(work)
    rows, wanted = override_rows(before.table)
    shown = json_of(tool, capsys, "apply", work, write(tmp_path / "v.csv", rows))
    assert shown["overrides"] == len(rows)
    assert_stand(work, wanted)
    assert {c["key"] for c in shown["changes"]} <= set(wanted) and len(shown["changes"]) == len(rows) - 1
    # On from the fourth epoch: rounds of both stages are still to come, and see other clips.
    after = go_on(config)
    assert_stand(work, wanted)
    by_machine = after.decisions.columns["sample"][~after.decisions.by_a_person() & (after.decisions.columns["epoch"] > 3)]
    assert len(by_machine)
    assert not set(by_machine.tolist()) & set(np.flatnonzero(after.overridden).tolist())
    # A second call that says nothing new leaves everything as it is.
    kept = (work / "purification" / "ledger.csv").read_bytes()
    assert json_of(tool, capsys, "apply", work, tmp_path / "v.csv")["changes"] == []
    assert (work / "purification" / "ledger.csv").read_bytes() == kept


def test_overrides_of_a_config_hold_from_the_first_epoch_on(run, tmp_path):
    work, config = run
    ann_file = work.parent / "data" / "train.txt"
    keys = [line.split()[0] for line in ann_file.read_text().splitlines()]
    path = write(tmp_path / "v.csv", [(keys[0], "prune", ""), (keys[20], "relabel", 3), (keys[2], "keep", "")])
    config = tiny_config(tmp_path / "w", ann_file, stages=None, overrides=str(path))
    runner = train(config)
    ledger = hook_of(runner).ledger
    assert (~ledger.keep).sum() == 1 and ledger.corrected_labels[20] == 3
    assert not np.isfinite(ledger.observations.mean_probs(6, 5)[0]).any()
    found = purified(tmp_path / "w")
    assert keys[0] not in found and found[keys[20]] == 3
    assert (tmp_path / "w" / "purification" / "overrides.csv").is_file()


def test_a_run_that_only_records_trains_as_if_there_were_no_overrides(run, tmp_path):
    work, _ = run
    ann_file = work.parent / "data" / "train.txt"
    key = ann_file.read_text().split()[0]
    path = write(tmp_path / "v.csv", [(key, "prune", "")])
    ledger = hook_of(train(tiny_config(tmp_path / "w", ann_file, dry_run=True, overrides=str(path)))).ledger
    assert not ledger.keep[0] and np.isfinite(ledger.observations.mean_probs(1, 5)[0]).all()


def test_overrides_are_taken_over_by_a_run_that_is_training(run, tool, tmp_path, capsys):
    work, config = run

    class Person(Hook):
        """Decides while the fifth epoch trains."""

        priority = "LOWEST"

        def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
            if runner.epoch == 4 and batch_idx == 0:
                self.rows, self.wanted = override_rows(read_recorded_run(work).table)
                tool.main(["apply", str(work), str(write(tmp_path / "v.csv", self.rows))])

    runner = Runner.from_cfg(Config(config))
    person = Person()
    runner.register_hook(person)
    runner.train()
    assert_stand(work, person.wanted)
    ledger = hook_of(runner).ledger
    assert set(override_epochs(ledger).values()) == {4} and ledger.overridden.sum() == len(person.rows)
    # A second call builds on what was said, whatever the run has written since.
    alone = np.flatnonzero(~ledger.overridden & ledger.keep)[0]
    shown = json_of(tool, capsys, "apply", work, write(tmp_path / "w.csv", [(ledger.keys[alone], "prune", "")]))
    assert shown["overrides"] == len(person.rows) + 1
    assert_stand(work, {**person.wanted, ledger.keys[alone]: None})


def test_overrides_between_the_last_epoch_and_the_end_stand_in_the_final_files(run, tool, tmp_path):
    work, config = run

    class Person(Hook):
        """Decides while the last validation runs."""

        priority = "LOWEST"

        def after_train_epoch(self, runner):
            if runner.epoch == 5:
                rows, self.wanted = override_rows(read_recorded_run(work).table)
                tool.main(["apply", str(work), str(write(tmp_path / "v.csv", rows))])

    runner = Runner.from_cfg(Config(config))
    person = Person()
    runner.register_hook(person)
    runner.train()
    assert_stand(work, person.wanted)


def test_bad_overrides_do_not_stop_a_run_that_is_training(run, capsys):
    work, config = run

    class Person(Hook):
        priority = "LOWEST"

        def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
            (work / "purification" / "overrides.csv").write_text("key,override,label\nnone such,keep,\n")

    runner = Runner.from_cfg(Config(config))
    runner.register_hook(Person())
    runner.train()
    assert runner.epoch == 6 and not hook_of(runner).ledger.overridden.any()


def test_a_resume_into_another_work_dir_takes_the_overrides_of_the_checkpoint(run, tool, tmp_path, capsys):
    work, config = run
    rows, wanted = override_rows(read_recorded_run(work).table)
    json_of(tool, capsys, "apply", work, write(tmp_path / "v.csv", rows))
    go_on(config)
    other = dict(config, work_dir=str(tmp_path / "other"), load_from=str(work / "epoch_5.pth"))
    assert go_on(other).overridden.sum() == len(rows)
    assert_stand(tmp_path / "other", wanted)
    assert (tmp_path / "other" / "purification" / "overrides.csv").is_file()


def test_overrides_that_were_taken_back_do_not_come_again_from_the_config(run, tool, tmp_path, capsys):
    work, config = run
    rows, _ = override_rows(read_recorded_run(work).table)
    config["default_hooks"]["purification"]["overrides"] = str(write(tmp_path / "v.csv", rows))
    config.update(load_from=str(work / "epoch_4.pth"))
    assert go_on(config).overridden.sum() == len(rows)
    json_of(tool, capsys, "undo", work, "--overrides")
    assert not go_on(config).overridden.any()


def test_what_a_run_has_written_meanwhile_is_not_overwritten(finished):
    run = read_recorded_run(finished)
    newer = finished / "purification" / "ledger.npz"
    os.utime(newer, ns=(0, newer.stat().st_mtime_ns + 10**9))
    table = (finished / "purification" / "ledger.csv").read_bytes()
    with pytest.raises(DataError, match="has written its files since"):
        override(run, {0: Override(False, 0)})
    assert (finished / "purification" / "ledger.csv").read_bytes() == table
    assert standing_overrides(read_recorded_run(finished)) == {0: Override(False, 0)}


def test_nothing_is_written_where_the_annotation_cannot_be(tool, finished, tmp_path):
    (finished.parent / "data" / "train.txt").rename(tmp_path / "elsewhere.txt")
    rows, _ = override_rows(read_recorded_run(finished).table)
    folder = finished / "purification"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(SystemExit, match=r"train\.txt: cannot be read"):
        tool.main(["apply", str(finished), str(write(tmp_path / "v.csv", rows))])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
