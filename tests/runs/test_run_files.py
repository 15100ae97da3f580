"""What a run leaves behind: tables that can be read, and annotations that MMAction2 loads unchanged."""

from __future__ import annotations

import csv
import json
import pickle

import numpy as np
import pytest
from mmaction.registry import DATASETS

from d2sp_mm.datasets import IndexedDataset
from d2sp_mm.datasets.training_list import read_training_list
from d2sp_mm.ledger import Decision, Ledger
from d2sp_mm.runs.ledger_table import read_ledger_table
from d2sp_mm.runs.run_files import RunFiles
from tests.tiny_run import CORRECT, NUM_CLASSES, PRUNE, hook_of, tiny_config, train, write_list


def rows_of(path):
    with open(path, newline="", encoding="utf-8", errors="surrogateescape") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    ann_file = write_list(folder / "train.txt", noise=4, mislabel=8)
    prune = dict(PRUNE, class_cap=1.0, max_tail_rank=1.0)
    config = tiny_config(folder / "work", ann_file, stages=dict(prune=prune, correct=CORRECT))
    ledger = hook_of(train(config)).ledger
    assert (~ledger.keep).sum() == 5
    assert (ledger.corrected_labels != ledger.labels).sum() > 2
    return folder, ledger


def test_the_ledger_file_holds_what_the_ledger_does(run):
    folder, ledger = run
    table = read_ledger_table(folder / "work" / "purification" / "ledger.csv")
    assert table.keys == ledger.keys
    assert np.array_equal(table.labels, ledger.labels)
    assert np.array_equal(table.corrected_labels, ledger.corrected_labels)
    assert np.array_equal(table.keep, ledger.keep)
    for name, values in (("quality_score", table.quality_scores), ("label_score", table.label_scores)):
        np.testing.assert_allclose(values, ledger.scores[name], rtol=1e-5)
        assert not np.isnan(values).any()
    touched = ~ledger.keep | (ledger.corrected_labels != ledger.labels)
    assert [bool(stage) for stage in table.stages] == touched.tolist() == (table.epochs >= 0).tolist()
    assert {table.stages[i] for i in np.flatnonzero(~table.keep)} == {"prune"}


def test_every_change_is_listed_and_replaying_the_list_gives_the_ledger(run):
    folder, ledger = run
    rows = rows_of(folder / "work" / "purification" / "decisions.csv")
    labels, keep = dict(zip(ledger.keys, ledger.labels)), dict.fromkeys(ledger.keys, True)
    for row in rows:
        key = row["key"]
        assert int(row["old_label"]) == labels[key]
        assert 0 <= float(row["score"]) <= 1
        if row["action"] == "prune":
            assert (row["stage"], row["reason"], row["epoch"], row["new_label"]) == ("prune", "quality", "2", "")
            keep[key] = False
        else:
            assert (row["action"], row["stage"], row["reason"], row["epoch"]) == ("relabel", "correct", "label", "4")
            labels[key] = int(row["new_label"])
    assert list(keep.values()) == ledger.keep.tolist()
    assert list(labels.values()) == ledger.corrected_labels.tolist()
    assert len(rows) == (~ledger.keep).sum() + (ledger.corrected_labels != ledger.labels).sum()


def test_the_class_histogram_adds_up(run):
    folder, ledger = run
    rows = rows_of(folder / "work" / "purification" / "class_histogram.csv")
    column = {name: np.array([int(row[name]) for row in rows]) for name in rows[0]}
    assert column["class"].tolist() == list(range(NUM_CLASSES))
    assert column["given"].tolist() == np.bincount(ledger.labels).tolist()
    assert column["pruned"].sum() == 5
    assert column["corrected_from"].sum() == column["corrected_to"].sum() > 0
    moved = column["given"] - column["pruned"] - column["corrected_from"] + column["corrected_to"]
    assert np.array_equal(column["purified"], moved)
    assert column["purified"].tolist() == np.bincount(ledger.corrected_labels[ledger.keep]).tolist()


def test_the_stock_dataset_loads_the_purified_annotation(run):
    folder, ledger = run
    purified = folder / "work" / "purification" / "train_purified.txt"
    dataset = DATASETS.build(dict(type="VideoDataset", ann_file=str(purified), pipeline=[]))
    found = [(dataset.get_data_info(i)["filename"], dataset.get_data_info(i)["label"]) for i in range(len(dataset))]
    expected = zip(np.array(ledger.keys)[ledger.keep].tolist(), ledger.corrected_labels[ledger.keep].tolist())
    assert found == list(expected)


def test_the_figures_reach_the_visualizer(run):
    folder, ledger = run
    lines = [line for path in (folder / "work").glob("*/vis_data/*.json") for line in path.read_text().splitlines()]
    figures = [row for row in map(json.loads, lines) if "purification/pruned" in row]
    # A line of each decision, after 2 and after 4 epochs.
    by_step = {row["step"]: row for row in figures}
    assert set(by_step) == {PRUNE["start"], CORRECT["start"]}
    assert by_step[2]["purification/pruned"] == 5
    assert by_step[4]["purification/corrected"] == (ledger.corrected_labels != ledger.labels).sum()


def test_where_nothing_changes_the_annotation_is_the_same_bytes(tmp_path):
    text = "0_good_0.mp4 0\r\n1_good_1.mp4 1\n2_good_\u00e9.mp4 2\n3_good_3.mp4 3".encode()
    (tmp_path / "odd.txt").write_bytes(text)
    folder = write(tmp_path, dict(type="VideoDataset", ann_file=str(tmp_path / "odd.txt"), pipeline=[]), [], {})[0]
    assert (folder / "odd_purified.txt").read_bytes() == text


def write(tmp_path, dataset, prune, relabel):
    """Outputs of a ledger over a dataset from which some are pruned and some relabelled."""
    indexed = IndexedDataset(dataset)
    given = read_training_list(indexed.map)
    ledger = Ledger(given.keys, given.labels, NUM_CLASSES)
    decision = Decision(
        epoch=0,
        reason="label",
        prune=np.array(prune, dtype=np.int64),
        relabel=np.array(list(relabel), dtype=np.int64),
        new_labels=np.array(list(relabel.values()), dtype=np.int64),
    )
    ledger.apply(decision)
    files = RunFiles(tmp_path / "work", given.parts, {})
    files.write(ledger)
    return files.folder, ledger


def loaded(**dataset):
    built = DATASETS.build(dict(pipeline=[], **dataset))
    infos = [built.get_data_info(i) for i in range(len(built))]
    return [(info.get("filename") or info.get("frame_dir"), info["label"]) for info in infos]


def test_each_part_of_a_concatenation_gets_a_file(tmp_path):
    parts = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        ann_file = tmp_path / name / "train.txt"
        # The same paths in both: only the number of the part tells them apart.
        ann_file.write_text("".join(f"clip{i}.mp4 {i % NUM_CLASSES}\n" for i in range(8)))
        parts.append(dict(type="VideoDataset", ann_file=str(ann_file), pipeline=[]))
    folder, ledger = write(tmp_path, dict(type="ConcatDataset", datasets=parts), [1, 10], {4: 3, 15: 0})
    assert ledger.keys[10] == "1:clip2.mp4"
    given = [(f"clip{i}.mp4", i % NUM_CLASSES) for i in range(8)]
    first, second = list(given), list(given)
    first[4], second[7] = ("clip4.mp4", 3), ("clip7.mp4", 0)
    del first[1], second[2]
    assert loaded(type="VideoDataset", ann_file=str(folder / "0_train_purified.txt")) == first
    assert loaded(type="VideoDataset", ann_file=str(folder / "1_train_purified.txt")) == second


def test_a_rawframe_annotation_stays_one(tmp_path):
    ann_file = tmp_path / "frames.txt"
    ann_file.write_text("".join(f"clip{i} {10 + i} {i % NUM_CLASSES}\n" for i in range(8)))
    settings = dict(type="RawframeDataset", data_prefix=dict(img="frames"))
    folder, _ = write(tmp_path, dict(settings, ann_file=str(ann_file), pipeline=[]), [5], {0: 2})
    found = loaded(**settings, ann_file=str(folder / "frames_purified.txt"))
    expected = [(f"frames/clip{i}", 2 if i == 0 else i % NUM_CLASSES) for i in range(8) if i != 5]
    assert found == expected


def test_a_pose_annotation_stays_one_with_its_other_split(tmp_path):
    points = dict(total_frames=3, keypoint=np.ones((1, 3, 2, 2)))
    entries = [dict(frame_dir=f"clip{i}", label=i % NUM_CLASSES, **points) for i in range(12)]
    split = dict(train=[f"clip{i}" for i in range(8)], val=[f"clip{i}" for i in range(8, 12)])
    (tmp_path / "pose.pkl").write_bytes(pickle.dumps(dict(split=split, annotations=entries)))
    settings = dict(type="PoseDataset", split="train", ann_file=str(tmp_path / "pose.pkl"), pipeline=[])
    folder, ledger = write(tmp_path, settings, [6], {3: 1})
    assert ledger.keys == split["train"]
    purified = str(folder / "pose_purified.pkl")
    expected = [(f"clip{i}", 1 if i == 3 else i % NUM_CLASSES) for i in range(8) if i != 6]
    assert loaded(type="PoseDataset", split="train", ann_file=purified) == expected
    assert len(loaded(type="PoseDataset", split="val", ann_file=purified)) == 4


def test_a_sample_that_a_wrapper_shows_twice_is_written_once(tmp_path):
    ann_file = write_list(tmp_path / "train.txt", per_class=2)
    inner = dict(type="VideoDataset", ann_file=str(ann_file), pipeline=[])
    folder, _ = write(tmp_path, dict(type="RepeatDataset", times=3, dataset=inner), [2], {})
    assert len((folder / "train_purified.txt").read_text().splitlines()) == 7


@pytest.mark.parametrize("prefix", ["/videos", "/videos/", "/videos//", "/elsewhere", ""])
def test_absolute_paths_are_written_as_they_stand(tmp_path, prefix):
    ann_file = tmp_path / "train.txt"
    lines = [f"/videos/clip{i}.mp4 {i % NUM_CLASSES}\n" for i in range(8)]
    ann_file.write_text("".join(lines))
    settings = dict(type="VideoDataset", ann_file=str(ann_file), data_prefix=dict(video=prefix), pipeline=[])
    folder, ledger = write(tmp_path, settings, [5], {})
    assert ledger.keys[0] == "/videos/clip0.mp4"
    assert (folder / "train_purified.txt").read_text() == "".join(lines[:5] + lines[6:])


def test_a_part_of_which_nothing_is_left_has_no_file_and_a_stale_one_goes(tmp_path):
    parts = []
    for name in ("first", "second"):
        ann_file = tmp_path / f"{name}.txt"
        ann_file.write_text("".join(f"{name}{i}.mp4 {i}\n" for i in range(NUM_CLASSES)))
        parts.append(dict(type="VideoDataset", ann_file=str(ann_file), pipeline=[]))
    dataset = dict(type="ConcatDataset", datasets=parts)
    folder, _ = write(tmp_path, dataset, [], {})
    assert (folder / "0_first_purified.txt").is_file()
    folder, ledger = write(tmp_path, dataset, list(range(NUM_CLASSES)), {})
    assert not (folder / "0_first_purified.txt").exists() and (folder / "1_second_purified.txt").is_file()
    assert len(read_ledger_table(folder / "ledger.csv")) == len(ledger)
