"""Overrides and undo on a real run: they stand in its files and in what training does next."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import shutil
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from d2sp_mm.datasets import IndexedDataset
from d2sp_mm.datasets.training_list import read_training_list
from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.ledger import Decision, Ledger, Override
from d2sp_mm.ledger.override import apply_overrides, override_epochs
from d2sp_mm.review.addresses import web_addresses
from d2sp_mm.review.export import export_fiftyone
from d2sp_mm.review.override import override, standing_overrides
from d2sp_mm.review.replay import changed_stages, replay
from d2sp_mm.review.undo import Selection, undone
from d2sp_mm.runs.annotation_part import AnnotationPart, purified_bytes, purified_paths
from d2sp_mm.runs.ledger_table import read_ledger_table
from d2sp_mm.runs.recorded_run import read_recorded_run
from d2sp_mm.runs.run_files import ledger_table
from tests.load_tool import json_of, load_tool
from tests.tiny_run import CORRECT, PRUNE, hook_of, tiny_config, train, write_list

STAGES = dict(
    prune=dict(PRUNE, score="entropy", class_cap=1.0, rate=0.2, rounds=4),
    correct=dict(CORRECT, start=3, rounds=3, min_margin=0.1),
)


def config_of(folder):
    config = tiny_config(folder / "work", folder / "data" / "train.txt", stages=STAGES, keep_epochs=6)
    config["default_hooks"]["checkpoint"] = dict(type="CheckpointHook", interval=1, max_keep_ckpts=-1)
    return config


@pytest.fixture(scope="module")
def tool():
    return load_tool("ledger")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of six epochs with a checkpoint of each."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "data").mkdir()
    write_list(folder / "data" / "train.txt", noise=4, mislabel=8)
    (folder / "data" / "classes.txt").write_text("anger\nfear & joy\nneutral\nsad\n")
    train(config_of(folder))
    return folder


@pytest.fixture
def run(trained, tmp_path):
    """A copy of it: its work dir, and the config that goes on from the fourth epoch."""
    copy = tmp_path / "copy"
    shutil.copytree(trained, copy)
    settings = copy / "work" / "purification" / "settings.json"
    settings.write_text(settings.read_text().replace(str(trained), str(copy)))
    return copy / "work", dict(config_of(copy), resume=True, load_from=str(copy / "work" / "epoch_4.pth"))


@pytest.fixture
def finished(run):
    return run[0]


def go_on(config):
    runner = train(config)
    assert runner.epoch == 6
    return hook_of(runner).ledger


def write(path, rows):
    path.write_text("key,override,label\n" + "".join(f"{k},{v},{label}\n" for k, v, label in rows))
    return path


def purified(work):
    lines = (work / "purification" / "train_purified.txt").read_text().splitlines()
    return {key: int(label) for key, label in (line.split(" ") for line in lines)}


def override_rows(table):
    """Some of every kind: against a prune, against a correction, on clips that were left alone."""
    moved = np.flatnonzero(table.keep & (table.labels != table.corrected_labels))
    alone = np.flatnonzero(table.keep & (table.labels == table.corrected_labels))
    pruned = np.flatnonzero(~table.keep)
    assert len(pruned) > 1 and len(moved) > 2 and len(alone) > 4
    chosen = [(pruned[0], "keep", ""), (pruned[1], "relabel", 3), (moved[0], "keep", ""), (moved[1], "prune", "")]
    chosen += [(alone[0], "prune", ""), (alone[1], "relabel", (table.labels[alone[1]] + 2) % 4), (alone[2], "keep", "")]
    rows = [(table.keys[i], override, label) for i, override, label in chosen]
    wanted = {
        table.keys[i]: None if override == "prune" else int(table.labels[i]) if label == "" else int(label)
        for i, override, label in chosen
    }
    return rows, wanted


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


def test_undoing_everything_gives_the_annotation_byte_for_byte(tool, finished, tmp_path, capsys):
    given = (finished.parent / "data" / "train.txt").read_bytes()
    path = finished / "purification" / "train_purified.txt"
    rows, _ = override_rows(read_recorded_run(finished).table)
    json_of(tool, capsys, "apply", finished, write(tmp_path / "v.csv", rows))
    assert path.read_bytes() != given
    json_of(tool, capsys, "undo", finished, "--all")
    assert path.read_bytes() == given
    table = read_ledger_table(finished / "purification" / "ledger.csv")
    assert table.keep.all() and (table.corrected_labels == table.labels).all()
    # Twice is as good as once.
    assert json_of(tool, capsys, "undo", finished, "--all")["changes"] == []
    assert path.read_bytes() == given


def test_undo_takes_back_what_fits_all_that_is_said(tool, finished, capsys):
    run = read_recorded_run(finished)
    history, rules = run.ledger.decisions.columns, run.ledger.stages
    row = int(np.flatnonzero(history["pruned"])[0])
    rule, label = rules[history["stage"][row]], int(run.ledger.labels[history["sample"][row]])
    epoch = int(history["epoch"][row]) + 1
    fits = history["pruned"] & (history["epoch"] + 1 == epoch) & (run.ledger.labels[history["sample"]] == label)
    expected = {run.ledger.keys[s] for s in history["sample"][fits]}
    assert 0 < len(expected) < history["pruned"].sum()
    words = ["--stage", rule, "--class", label, "--epoch", epoch]
    shown = json_of(tool, capsys, "undo", finished, *words)
    assert {c["key"] for c in shown["changes"]} == expected
    assert expected <= set(purified(finished))
    key = run.ledger.keys[int(np.flatnonzero(~read_recorded_run(finished).table.keep)[0])]
    assert [c["key"] for c in json_of(tool, capsys, "undo", finished, "--key", key)["changes"]] == [key]
    # Taking the overrides back gives what the stages had decided.
    assert len(json_of(tool, capsys, "undo", finished, "--overrides")["changes"]) == len(expected) + 1
    again = read_recorded_run(finished)
    np.testing.assert_array_equal(again.table.keep, run.table.keep)
    np.testing.assert_array_equal(again.table.corrected_labels, run.table.corrected_labels)


def test_a_replay_with_the_same_settings_respects_overrides(tool, finished, tmp_path, capsys):
    rows, _ = override_rows(read_recorded_run(finished).table)
    json_of(tool, capsys, "apply", finished, write(tmp_path / "v.csv", rows))
    run = read_recorded_run(finished)
    ledger = replay(run, changed_stages(run.stages, {}))
    np.testing.assert_array_equal(ledger.keep, run.ledger.keep)
    np.testing.assert_array_equal(ledger.corrected_labels, run.ledger.corrected_labels)


def test_undoing_one_after_the_other_comes_to_the_same_as_all_at_once(tool, finished, tmp_path, capsys):
    history = read_recorded_run(finished).ledger.decisions.columns
    epochs = sorted(set((history["epoch"] + 1).tolist()))
    assert len(epochs) > 2
    for epoch in epochs:
        json_of(tool, capsys, "undo", finished, "--epoch", epoch)
    table = read_recorded_run(finished).table
    assert table.keep.all() and (table.corrected_labels == table.labels).all()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_clip_that_was_relabelled_and_then_pruned_is_undone_in_any_order(order):
    ledger = Ledger([str(i) for i in range(6)], [0, 1, 2, 0, 1, 2], 3)
    ledger.apply(Decision(0, "label", relabel=np.array([0]), new_labels=np.array([1]), stage="correct"))
    ledger.apply(Decision(1, "label", prune=np.array([0, 4]), stage="drop"))
    expected = {0: [(False, 1), (True, 0)], 1: [(True, 1), (True, 0)]}[order[0]]
    standing = {}
    for rule, (keep, label) in zip(order, expected):
        rows = Selection(stages=[("correct", "drop")[rule]]).rows(ledger)
        standing = undone(ledger, rows, standing)
        apply_overrides(ledger, standing)
        assert (ledger.keep[0], ledger.corrected_labels[0]) == (keep, label)
    # What a person said stands.
    said = {0: Override(False, 2)}
    assert undone(ledger, Selection(epochs=[1]).rows(ledger), said)[0] == said[0]


def test_overrides_are_taken_back_one_by_one(tool, finished, tmp_path, capsys):
    run = read_recorded_run(finished)
    rows, _ = override_rows(run.table)
    json_of(tool, capsys, "apply", finished, write(tmp_path / "v.csv", rows))
    (key, *_), (other, *_) = rows[:2]
    assert [c["key"] for c in json_of(tool, capsys, "undo", finished, "--overrides", "--key", key)["changes"]] == [key]
    shown = json_of(tool, capsys, "apply", finished, write(tmp_path / "w.csv", [(other, "none", "")]))
    assert ([c["key"] for c in shown["changes"]], shown["overrides"]) == ([other], len(rows) - 2)
    after = read_recorded_run(finished).table
    for name in (key, other):
        row = run.table.keys.index(name)
        assert not after.keep[row] and after.stages[row] == run.table.stages[row]
    with pytest.raises(SystemExit, match="no such override"):
        tool.main(["undo", str(finished), "--overrides", "--key", key])


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


def test_a_replay_takes_overrides_from_when_they_held(run, tool, tmp_path, capsys):
    """A second call must not make the first one's overrides younger: rounds that came after them were decided with them."""
    work, config = run
    rows, _ = override_rows(read_recorded_run(work).table)
    json_of(tool, capsys, "apply", work, write(tmp_path / "v.csv", rows[:4]))
    go_on(config)
    json_of(tool, capsys, "apply", work, write(tmp_path / "w.csv", rows[4:]))
    recorded = read_recorded_run(work)
    assert sorted(set(override_epochs(recorded.ledger).values())) == [3, 5]
    ledger = replay(recorded, changed_stages(recorded.stages, {}))
    np.testing.assert_array_equal(ledger.keep, recorded.ledger.keep)
    np.testing.assert_array_equal(ledger.corrected_labels, recorded.ledger.corrected_labels)


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


def test_a_linked_annotation_keeps_its_name_and_entries_that_the_data_set_leaves_out(tmp_path):
    (tmp_path / "blob").write_text("0_good_0.mp4 0\n1_good_1.mp4 1\n2_good_2.mp4 2\n")
    (tmp_path / "list.txt").symlink_to(tmp_path / "blob")
    indexed = IndexedDataset(dict(type="VideoDataset", ann_file=str(tmp_path / "list.txt"), pipeline=[], indices=[0, 2]))
    given = read_training_list(indexed.map)
    ledger = Ledger(given.keys, given.labels, 3)
    (path,) = purified_paths(tmp_path / "out", given.parts)
    assert path.name == "list_purified.txt"
    written = purified_bytes(given.parts, 0, given.keys, ledger.keep, ledger.labels, ledger.corrected_labels)
    assert written == (tmp_path / "blob").read_bytes()


def test_videos_of_keys_that_repeat_are_exported_by_their_path(tmp_path, tool, finished):
    run = read_recorded_run(finished)
    (tmp_path / "twice.txt").write_text("a b.mp4|0\na b.mp4|1\n")
    part = AnnotationPart(str(tmp_path / "twice.txt"), "video", "|", False, None, 2)
    ledger = Ledger(["a b.mp4", "a b.mp4#2"], [0, 1], 4)
    twice = dataclasses.replace(run, ledger=ledger, table=ledger_table(ledger), parts=[part])
    assert web_addresses(twice, "label-studio", ["https://host/videos/"]) == ["https://host/videos/a%20b.mp4"] * 2
    (tmp_path / "a b.mp4").write_bytes(b"clip")
    export_fiftyone(twice, tmp_path, ["a", "b", "c", "d"], [str(tmp_path)])
    rows = json.loads((tmp_path / "fiftyone_labels.json").read_text())
    assert [row["filepath"] for row in rows] == [str(tmp_path / "a b.mp4")] * 2
    frames = dataclasses.replace(part, kind="rawframe", delimiter=" ", ann_file=str(tmp_path / "frames.txt"))
    (tmp_path / "frames.txt").write_text("a b.mp4 9 0\n".replace("a b.mp4", "a") + "b 9 1\n")
    ledger = Ledger(["a", "b"], [0, 1], 4)
    with pytest.raises(ConfigError, match="of kind 'rawframe'; that tool wants a list of videos"):
        export_fiftyone(dataclasses.replace(twice, ledger=ledger, parts=[frames]), tmp_path, ["a"] * 4, ["/v"])
    with pytest.raises(ConfigError, match=r"2 of 2 clips are not there.*--root"):
        export_fiftyone(twice, tmp_path, ["a"] * 4, [str(tmp_path / "elsewhere")])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "say what"),
        (["--all", "--overrides"], "say what"),
        (["--all", "--epoch", "2"], "say what"),
        (["--overrides", "--epoch", "2"], "--overrides goes with --key and --class only"),
        (["--overrides"], "no such override"),
        (["--stage", "none"], "--stage none: the run has none such; it has .*prune"),
        (["--key", "none"], "--key none: the run has none such"),
        (["--class", "9"], "--class 9: the run has none such; it has 0, 1, 2, 3"),
        (["--epoch", "1"], "--epoch 1: the run has none such; it has 2, "),
    ],
)
def test_undo_refuses_what_it_cannot_find(tool, finished, words, message):
    kept = (finished / "purification" / "ledger.csv").read_bytes()
    with pytest.raises(SystemExit, match=message):
        tool.main(["undo", str(finished), *words])
    assert (finished / "purification" / "ledger.csv").read_bytes() == kept


def test_exports_say_what_the_ledger_says(tool, finished, tmp_path, capsys):
    run = read_recorded_run(finished)
    table, out = run.table, tmp_path / "out"
    moved = table.keep & (table.labels != table.corrected_labels)
    for key in table.keys:
        (tmp_path / key).touch()
    roots = {"fiftyone": ["--root", tmp_path], "label-studio": ["--root", "http://host/videos/"]}
    for name in ("annotation", "keep", "diff", "cleanlab", "fiftyone", "label-studio"):
        for written in json_of(tool, capsys, "export", finished, name, "--out", out, *roots.get(name, []))["written"]:
            assert (out / written).is_file()
    assert (out / "train_purified.txt").read_bytes() == (finished / "purification" / "train_purified.txt").read_bytes()
    assert (out / "keep.txt").read_text().split() == [k for k, keep in zip(table.keys, table.keep) if keep]
    with (out / "diff.csv").open() as file:
        diff = list(csv.DictReader(file))
    assert [row["key"] for row in diff] == [k for k, keep, m in zip(table.keys, table.keep, moved) if m or not keep]
    with (out / "cleanlab.csv").open() as file:
        rows = list(csv.DictReader(file))
    # Its pruning is by entropy: of the clip, not of its label.
    assert [row["is_label_issue"] == "True" for row in rows] == (table.labels != table.corrected_labels).tolist()
    assert [int(row["given_label"]) for row in rows] == table.labels.tolist()
    seen = run.ledger.observations.mean_probs(6, 5)
    assert [int(row["predicted_label"]) for row in rows] == seen.argmax(axis=1).tolist()
    assert all(0 <= float(row["label_quality"]) <= 1 for row in rows)
    tasks = json.loads((out / "label_studio_tasks.json").read_text())
    choices = [node.get("value") for node in ET.parse(out / "label_studio_config.xml").iter("Choice")]
    assert choices == ["anger", "fear & joy", "neutral", "sad", "prune"]
    assert len(tasks) == len(diff)
    for task, row in zip(tasks, diff):
        (decided,) = task["predictions"][0]["result"][0]["value"]["choices"]
        assert decided == ("prune" if row["status"] == "pruned" else choices[int(row["label"])])
        assert task["data"]["video"] == f"http://host/videos/{row['key']}"
    labels = json.loads((out / "fiftyone_labels.json").read_text())
    assert [row["label"] for row in labels] == [choices[label] for label in table.corrected_labels]


def test_export_refuses_names_that_do_not_fit(tool, finished, tmp_path):
    (tmp_path / "names.txt").write_text("a\nb\n")
    with pytest.raises(SystemExit, match="has 2 names, 2 of them different; the run has 4 classes"):
        tool.main(["export", str(finished), "keep", "--out", str(tmp_path / "o"), "--classes", str(tmp_path / "names.txt")])


def test_a_moved_annotation_is_named(finished, tool, tmp_path):
    (finished.parent / "data" / "train.txt").rename(tmp_path / "elsewhere.txt")
    with pytest.raises(SystemExit, match=r"train\.txt: cannot be read"):
        tool.main(["export", str(finished), "annotation", "--out", str(tmp_path / "o")])


def test_settings_without_annotations_are_refused(finished):
    path = finished / "purification" / "settings.json"
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k != "annotations"}))
    with pytest.raises(DataError, match="lacks 'annotations'"):
        read_recorded_run(finished)
