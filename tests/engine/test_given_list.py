"""The training set as given: known before the first epoch, and held against what is written at the end."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmaction.datasets import VideoDataset
from mmaction.registry import DATASETS, TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.hooks import Hook
from mmengine.registry import HOOKS

from d2sp_mm.errors import DataError
from d2sp_mm.runs.recorded_run import read_recorded_run
from tests.tiny_run import CORRECT, PRUNE, hook_of, tiny_config, train, weights_of, write_list

ROUNDS = dict(prune=dict(PRUNE, class_cap=1.0), correct=dict(CORRECT, min_margin=0.05))


@DATASETS.register_module(force=True)
class OneBased(VideoDataset):
    """Lists whose classes count from 1."""

    def load_data_list(self):
        return [{**entry, "label": entry["label"] - 1} for entry in super().load_data_list()]


@DATASETS.register_module(force=True)
class Own(VideoDataset):
    """A form of the user's own, such as a table with a header."""

    def load_data_list(self):
        with open(self.ann_file) as file:
            rows = [line.strip().split(";") for line in file][1:]
        return [dict(filename=name, label=int(label)) for label, name in rows]


@DATASETS.register_module(force=True)
class ManyOfEach(VideoDataset):
    """Leaves out classes that have few clips: what it reads of one depends on the others."""

    def load_data_list(self):
        found = super().load_data_list()
        labels = [entry["label"] for entry in found]
        return [entry for entry in found if labels.count(entry["label"]) > 5]


@HOOKS.register_module(force=True)
class StopBefore(Hook):
    """Fails the test if training begins."""

    def before_train_epoch(self, runner):
        raise AssertionError("training has begun")


@TRANSFORMS.register_module(force=True)
class FailAfter(BaseTransform):
    """One clip fails from a look on, or in every other look."""

    looks = 0

    def __init__(self, number, after):
        self.number, self.after = number, after

    def transform(self, results):
        if results["filename"].endswith(f"_{self.number}.mp4"):
            FailAfter.looks += 1
            if FailAfter.looks > self.after:
                raise RuntimeError("gone")
        return results


def config_of(tmp_path, stages=ROUNDS, dataset=None, **hook):
    config = tiny_config(tmp_path / "work", write_list(tmp_path / "train.txt", mislabel=8), stages=stages, **hook)
    config["train_dataloader"]["dataset"]["dataset"].update(dataset or {})
    config["log_level"] = "INFO"
    return config


def log_of(tmp_path):
    return "".join(path.read_text() for path in sorted((tmp_path / "work").glob("*/*.log")))


def test_classes_that_count_from_1_are_written_as_they_are_read(tmp_path):
    config = config_of(tmp_path, dataset=dict(type="OneBased"))
    listed = tmp_path / "train.txt"
    one_based = "".join(f"{line[:-1]}{int(line[-1]) + 1}\n" for line in listed.read_text().splitlines())
    (tmp_path / "val.txt").write_text(listed.read_text())
    config["val_dataloader"]["dataset"]["ann_file"] = str(tmp_path / "val.txt")
    listed.write_text(one_based)
    ledger = hook_of(train(config)).ledger
    moved = ledger.keep & (ledger.corrected_labels != ledger.labels)
    assert moved.any() and not ledger.keep.all()
    built = OneBased(ann_file=str(tmp_path / "work" / "purification" / "train_purified.txt"), pipeline=[])
    assert [built.get_data_info(i)["label"] for i in range(len(built))] == ledger.corrected_labels[ledger.keep].tolist()
    assert "the dataset reads label 1 as 0, 2 as 1" in log_of(tmp_path)


def test_a_form_of_the_users_own_ends_before_training_unless_the_ledger_alone_is_wanted(tmp_path):
    config = config_of(tmp_path, dataset=dict(type="Own", ann_file=str(tmp_path / "own.csv")))
    lines = [line.split() for line in (tmp_path / "train.txt").read_text().splitlines()]
    (tmp_path / "own.csv").write_text("label;name\n" + "".join(f"{label};{name}\n" for name, label in lines))
    config["custom_hooks"] = [dict(type="StopBefore")]
    with pytest.raises(DataError, match=r"own\.csv, line 1: .*write_annotation=False"):
        train(config)
    assert not list((tmp_path / "work" / "purification").glob("*"))
    del config["custom_hooks"]
    config["default_hooks"]["purification"]["write_annotation"] = False
    ledger = hook_of(train(config)).ledger
    assert not ledger.keep.all()
    written = {path.name for path in (tmp_path / "work" / "purification").iterdir()}
    assert "ledger.csv" in written and not any("purified" in name for name in written)
    last = log_of(tmp_path).splitlines()[-1]
    named = [name for name in last.partition("written: ")[2].split(", ") if name]
    assert len(named) == 2
    assert all((tmp_path / "work" / "purification" / name.split("/")[-1]).is_file() for name in named)


def test_a_list_that_training_would_read_otherwise_is_removed_at_the_end(tmp_path):
    """The trial before training could not know how many clips a class would lose."""
    config = config_of(tmp_path, stages=dict(prune=dict(type="d2sp_mm.RandomPruning", start=2, rate=0.7, class_cap=0.75)))
    config["train_dataloader"]["dataset"]["dataset"]["type"] = "ManyOfEach"
    with pytest.raises(DataError, match=r"The purified annotation was removed.*ledger\.csv"):
        train(config)
    left = {path.name for path in (tmp_path / "work" / "purification").iterdir()}
    assert "ledger.csv" in left and "train_purified.txt" not in left


def test_the_trial_leaves_nothing_behind_and_changes_no_weight(tmp_path):
    runs = {}
    for written in (True, False):
        (tmp_path / str(written)).mkdir()
        runs[written] = weights_of(train(config_of(tmp_path / str(written), write_annotation=written)))
    assert not list((tmp_path / "True" / "work" / "purification").glob(".*"))
    for name, value in runs[True].items():
        assert torch.equal(value, runs[False][name]), name


@pytest.mark.parametrize(
    ("after", "tolerance", "kept"), [(2, 0, False), (2, 0.5, False), (2, 0.8, True), (5, 0.0, False), (5, 0.5, True)]
)
def test_what_failed_in_any_look_is_named_and_left_out_unless_tolerated(tmp_path, after, tolerance, kept):
    """Also what failed after the last decision, in the last of six epochs."""
    config = config_of(tmp_path, stages=dict(prune=dict(PRUNE, start=2)), failure_tolerance=tolerance)
    config["train_dataloader"]["dataset"]["dataset"]["pipeline"].insert(0, dict(type="FailAfter", number=20, after=after))
    FailAfter.looks = 0
    ledger = hook_of(train(config)).ledger
    assert read_recorded_run(tmp_path / "work").failure_tolerance == tolerance
    assert ledger.undecodable[20] == 6 - after
    assert ledger.keep[20] == kept
    text = (tmp_path / "work" / "purification" / "train_purified.txt").read_text()
    assert ("_20.mp4" in text) == kept
    (line,) = [line for line in log_of(tmp_path).splitlines() if "failed to decode, in some epochs" in line]
    assert f"'0_good_20.mp4' ({6 - after})" in line
    assert ("plain MMAction2 may stop at them" in line) == kept


def test_a_run_that_only_observes_leaves_a_list_that_plain_mmaction2_trains_on(tmp_path):
    config = config_of(tmp_path, stages=None)
    config["train_dataloader"]["dataset"]["dataset"]["pipeline"].insert(0, dict(type="FailAfter", number=20, after=3))
    FailAfter.looks = 0
    ledger = hook_of(train(config)).ledger
    assert np.flatnonzero(~ledger.keep).tolist() == [20]
    assert "_20.mp4" not in (tmp_path / "work" / "purification" / "train_purified.txt").read_text()


def test_a_byte_order_mark_costs_no_clip_and_is_told(tmp_path):
    config = config_of(tmp_path)
    listed = tmp_path / "train.txt"
    listed.write_bytes(b"\xef\xbb\xbf" + listed.read_bytes())
    ledger = hook_of(train(config)).ledger
    assert not ledger.undecodable.any() and ledger.keys[0] == "0_good_0.mp4"
    assert "line 1 begins with a byte order mark" in log_of(tmp_path)
    assert not (tmp_path / "work" / "purification" / "train_purified.txt").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_resume_inside_an_epoch_says_that_it_is_not_the_unbroken_run(tmp_path):
    config = config_of(tmp_path)
    config["default_hooks"]["checkpoint"] = dict(type="CheckpointHook", interval=8, by_epoch=False, max_keep_ckpts=-1)
    train(config)
    assert "inside epoch" not in log_of(tmp_path)
    again = {**config, "resume": True, "load_from": str(tmp_path / "work" / "iter_8.pth")}
    again["work_dir"], again["experiment_name"] = str(tmp_path / "again" / "work"), "again"
    train(again)
    assert "was saved inside epoch 2 (iteration 8)" in log_of(tmp_path / "again")


def test_the_purified_annotation_holds_nothing_undecodable_however_much_there_is(tmp_path):
    """MMAction2's own dataset would stop at the first."""
    ann_file = write_list(tmp_path / "train.txt", broken=12)
    config = tiny_config(tmp_path / "run", ann_file, stages=dict(prune=PRUNE))
    config["val_dataloader"]["dataset"]["ann_file"] = str(write_list(tmp_path / "val.txt"))
    ledger = hook_of(train(config)).ledger
    assert not ledger.keep[:12].any()
    assert set(ledger.stages) == {"undecodable"}
    purified = str(tmp_path / "run" / "purification" / "train_purified.txt")
    stock = DATASETS.build(dict(config["train_dataloader"]["dataset"]["dataset"], ann_file=purified))
    assert len([stock[i] for i in range(len(stock))]) == 36
