"""What other tools are given."""

from __future__ import annotations

import csv
import dataclasses
import json
import xml.etree.ElementTree as ET

import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.ledger import Ledger
from d2sp_mm.review.addresses import web_addresses
from d2sp_mm.review.export import export_cleanlab, export_fiftyone
from d2sp_mm.runs.annotation_part import AnnotationPart
from d2sp_mm.runs.recorded_run import read_recorded_run
from d2sp_mm.runs.run_files import ledger_table
from tests.load_tool import json_of


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


def test_what_was_pruned_for_its_label_is_a_label_issue(finished, tmp_path):
    run = read_recorded_run(finished)
    table = run.table
    assert (~table.keep).any()
    reasons = ["label" if not keep else reason for keep, reason in zip(table.keep, table.reasons)]
    export_cleanlab(dataclasses.replace(run, table=dataclasses.replace(table, reasons=reasons)), tmp_path, [], [])
    with (tmp_path / "cleanlab.csv").open() as file:
        issues = [row["is_label_issue"] == "True" for row in csv.DictReader(file)]
    assert issues == (~table.keep | (table.labels != table.corrected_labels)).tolist()
