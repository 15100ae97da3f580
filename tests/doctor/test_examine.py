"""The doctor on a set as its converter writes it, and on the same set broken in every way that it looks for."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from pathlib import Path

import pytest
from mmengine.config import Config

from d2sp_mm.datasets.converters import CONVERTERS, Options
from d2sp_mm.datasets.converters.writing import write_conversion
from d2sp_mm.doctor import Finding, examine
from d2sp_mm.doctor.clips import check_clips
from tests.datasets.converters.trees import make_afew, make_dfew, write_frames

ROOT = Path(__file__).resolve().parents[2]


def all_findings(config: Config, **options) -> list[Finding]:
    return [finding for _, findings in examine(config, **options) for finding in findings]


def found(findings: list[Finding], words: str) -> Finding:
    """The only finding with these words."""
    (one,) = [finding for finding in findings if words in finding.what]
    return one


def problems(findings: list[Finding]) -> list[str]:
    return [f"{finding.level}: {finding.what}" for finding in findings if finding.level != "ok"]


@pytest.fixture
def dfew(tmp_path, monkeypatch) -> Config:
    """A config of the repository whose set is there, with everything right."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "set").mkdir()
    write_conversion(CONVERTERS["dfew"](make_dfew(tmp_path / "set"), Options()), tmp_path / "data/dfew", Options())
    config = slim("dfew", tmp_path)
    config.merge_from_dict({"randomness": {"seed": 0}, "train_dataloader.batch_size": 1})
    return config


def slim(name: str, folder: Path) -> Config:
    """A leaf of the set with a network that is built and run in no time."""
    bases = ["models/r3d_r18-slim", f"datasets/{name}", "schedules/sgd_50e", "purification/d2sp"]
    path = folder / f"slim_{name}.py"
    path.write_text(f"_base_ = {[str(ROOT / f'configs/_base_/{base}.py') for base in bases]!r}\n")
    return Config.fromfile(path)


def rewrite(path: str, change) -> None:
    Path(path).write_text(change(Path(path).read_text()))


def test_a_set_that_is_as_it_should_be_has_nothing_to_look_at_but_its_size(dfew):
    findings = all_findings(dfew)
    assert problems(findings) == [
        "warn: stage 'prune' first decides after 30 epochs, 840 iterations of one process: with fewer than about 1000, "
        "scores were seen to say little (docs/d2sp.md)",
        "warn: stage 'correct' first decides after 30 epochs, 840 iterations of one process: with fewer than about 1000, "
        "scores were seen to say little (docs/d2sp.md)",
        "warn: fewer than 10 samples of classes 0, 1, 2, 3, 4, 5, 6: decisions about them rest on little",
    ]
    assert found(findings, "train: 28 of 28 clips were decoded without an error")
    assert found(findings, "28 training samples of 7 classes: 4, 4, 4, 4, 4, 4, 4")
    room = found(findings, "will go at most").what
    assert room.endswith("3 samples will go at most, class_cap=0.3, class_floor=1 allow 7")


def test_clips_that_are_missing_empty_short_or_no_pictures_are_found(dfew):
    shutil.rmtree("data/dfew/frames/00003")
    shutil.rmtree("data/dfew/frames/00004")
    write_frames(Path("data/dfew/frames/00004"), 5, "img_{:05}.jpg")
    shutil.rmtree("data/dfew/frames/00005")
    Path("data/dfew/frames/00005").mkdir()
    for frame in Path("data/dfew/frames/00006").iterdir():
        frame.unlink()
        frame.write_bytes(b"no picture")
    findings = all_findings(dfew)
    assert found(findings, "train: 1 of 28 clips are not there: 'data/dfew/frames/00003'").level == "warn"
    short = found(findings, "train: 2 folders lack frames that the list promises")
    assert short.level == "warn" and "00004" in short.what and "00005" in short.what
    decoded = found(findings, "of 28 clips cannot be decoded")
    # The end of the short folder is drawn from whatever the random numbers, and is not there.
    assert decoded.level == "warn" and decoded.what.startswith("train: 3 of 28")
    assert all(f"'data/dfew/frames/0000{number}'" in decoded.what for number in (3, 4, 5))
    (tested,) = [finding for finding in findings if finding.level == "fail"]
    assert tested.what.startswith("val: 1 of 7 clips cannot be decoded: 'data/dfew/frames/00006'")


def test_a_set_that_is_elsewhere_fails(dfew):
    dfew.train_dataloader.dataset.dataset.data_prefix.img = "nowhere"
    findings = all_findings(dfew)
    assert found(findings, "train: 28 of 28 clips are not there").level == "fail"
    decoded = found(findings, "train: 28 of 28 clips cannot be decoded")
    assert decoded.level == "fail" and "max_undecodable=0.5" in decoded.advice


def test_a_test_clip_that_cannot_be_decoded_fails(dfew):
    for frame in Path("data/dfew/frames/00001").iterdir():
        frame.unlink()
        frame.write_bytes(b"no picture")
    decoded = found(all_findings(dfew), "val: 1 of 7 clips cannot be decoded")
    assert decoded.level == "fail" and "ends the run" in decoded.advice


def test_a_missing_test_clip_fails_because_nothing_stands_in_for_it(dfew):
    shutil.rmtree("data/dfew/frames/00001")
    assert found(all_findings(dfew, clips=0), "val: 1 of 7 clips are not there").level == "fail"


def test_labels_out_of_range_and_lists_that_cannot_be_read_fail(dfew):
    rewrite("data/dfew/fold1_train.txt", lambda text: text.replace("00003 11 0", "00003 11 7"))
    findings = all_findings(dfew, clips=0)
    wrong = found(findings, "labels are not in 0 to 6")
    assert wrong.level == "fail" and "'data/dfew/frames/00003 7'" in wrong.what
    rewrite("data/dfew/fold1_train.txt", lambda text: text.replace("00003 11 7", "00003 many 0"))
    findings = all_findings(dfew)
    broken = found(findings, "data/dfew/fold1_train.txt, line 2: 'many' is no whole number of frames")
    assert broken.level == "fail" and "`path frames label` for RawframeDataset" in broken.advice
    assert [finding.what[:6] for finding in findings if "decoded" in finding.what] == ["val: 7"]


def test_clips_that_stand_twice_or_in_train_and_test_are_found(dfew):
    rewrite("data/dfew/fold1_train.txt", lambda text: text + "00003 11 0\n00004 11 5\n00001 11 0\n")
    findings = all_findings(dfew, clips=0)
    twice = found(findings, "train: 2 clips stand more than once")
    assert twice.level == "warn" and "00003" in twice.what
    assert found(findings, "train: 1 clips stand with different labels: 'data/dfew/frames/00004'").level == "warn"
    for name in ("val", "test"):
        both = found(findings, f"1 clips stand in both train and {name}")
        assert both.level == "fail" and "00001" in both.what


def test_a_clip_behind_another_path_is_the_same(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "set").mkdir()
    write_conversion(CONVERTERS["afew"](make_afew(tmp_path / "set"), Options()), tmp_path / "data/afew", Options())
    config = slim("afew", tmp_path)
    assert not [f for f in all_findings(config, clips=0) if "both train and" in f.what]
    tested = Path("data/afew/test.txt").read_text().split()[0]
    (tmp_path / "set/Train_AFEW/Happy/other.avi").symlink_to(tmp_path / "set" / tested)
    rewrite("data/afew/train.txt", lambda text: text + "Train_AFEW/Happy/other.avi 0\n")
    assert found(all_findings(config, clips=0), "1 clips stand in both train and val").level == "fail"
    (tmp_path / "set/Train_AFEW/Happy/none.avi").touch()
    rewrite("data/afew/train.txt", lambda text: text + "Train_AFEW/Happy/none.avi 0\n")
    findings = all_findings(config, clips=None)
    assert found(findings, "train: 1 clips are empty files").level == "warn"
    assert found(findings, "train: 1 of 16 clips cannot be decoded").level == "warn"


def test_as_many_clips_are_decoded_as_are_wanted_and_spread_over_the_list(dfew):
    assert found(all_findings(dfew, clips=5, processes=2), "train: 5 of 28 clips were decoded without an error")
    shutil.rmtree("data/dfew/frames/00035")
    assert found(all_findings(dfew, clips=2), "train: 1 of 2 clips cannot be decoded")


def test_a_decoder_that_kills_its_process_is_named_with_its_clip(dfew):
    Path("deadly.py").write_text(
        "import os\nfrom mmaction.registry import TRANSFORMS\nfrom mmcv.transforms import BaseTransform\n\n\n"
        "@TRANSFORMS.register_module(force=True)\nclass Deadly(BaseTransform):\n    def transform(self, results):\n"
        "        if '00014' in results['frame_dir']:\n            os._exit(3)\n        return results\n"
    )
    dfew.custom_imports.imports.append("deadly")
    sys.path.insert(0, str(Path.cwd()))
    os.environ["PYTHONPATH"] = f"{Path.cwd()}:{os.environ.get('PYTHONPATH', '')}"
    try:
        importlib.import_module("deadly")
        dfew.train_dataloader.dataset.dataset.pipeline.insert(0, dict(type="Deadly"))
        dead = found(all_findings(dfew), "a decoder killed its process")
    finally:
        sys.path.pop(0)
        os.environ["PYTHONPATH"] = os.environ["PYTHONPATH"].partition(":")[2]
    assert dead.level == "fail" and "data/dfew/frames/00014" in dead.what


def test_a_dataset_that_cannot_be_built_in_a_worker_is_told_apart_from_a_dead_decoder(dfew):
    (finding,) = check_clips(Config(dict(train_dataloader=dict(dataset=dict(type="NoDataset")))), {"train": 4})
    assert finding.level == "fail" and "in a worker process train_dataloader.dataset cannot be built" in finding.what
    assert "NoDataset" in finding.what


def test_parts_that_are_missing_end_the_examination(dfew):
    dfew.train_dataloader.dataset = dfew.train_dataloader.dataset.dataset
    titles = [title for title, _ in examine(dfew)]
    assert titles == ["Environment", "Config"]


@pytest.mark.parametrize(
    ("options", "words", "advice"),
    [
        (
            {"model.cls_head.in_channels": 77},
            "2 training clips do not go through the model: RuntimeError",
            "its channels with",
        ),
        ({"model.backbone.depth": 19}, "the model cannot be built: KeyError", "settings of model"),
        (
            {"train_dataloader.num_workers": 0},
            "train_dataloader.persistent_workers=True needs worker processes",
            "",
        ),
    ],
)
def test_what_would_end_training_at_its_first_batch_is_found(dfew, options, words, advice):
    finding = found(all_findings(dfew, options=options, clips=0), words)
    assert finding.level == "fail" and advice in finding.advice


def test_options_of_the_recipe_are_those_of_training(dfew):
    stages = "default_hooks.purification.stages"
    findings = all_findings(dfew, options={f"{stages}.prune.rate": 0.05}, clips=0)
    assert "1 samples will go at most" in found(findings, "will go at most").what
    misspelt = all_findings(dfew, options={"default_hooks.purification.dryrun": True})
    assert found(misspelt, "PurificationHook has no setting 'dryrun'; it has average_passes, classifier").level == "fail"
    stock = without_purification(dfew)
    findings = all_findings(stock, recipe="d2sp", options={f"{stages}.prune.rate": 0.05, "randomness.seed": 1}, clips=0)
    assert "1 samples will go at most" in found(findings, "will go at most").what


def without_purification(config: Config) -> Config:
    """The same config without the parts of purification."""
    stock = Config(config.to_dict())
    del stock.default_hooks["purification"]
    stock.train_dataloader.dataset = stock.train_dataloader.dataset.dataset
    stock.train_dataloader.sampler = dict(type="DefaultSampler", shuffle=True)
    stock.model.cls_head.loss_cls = dict(type="CrossEntropyLoss")
    return stock


def test_a_stock_config_is_looked_at_as_it_would_be_purified(dfew):
    stock = without_purification(dfew)
    findings = all_findings(stock, recipe="prune-only", clips=0)
    assert found(findings, "recipe 'prune-only' can purify the config")
    assert [f for f in findings if "stage 'prune'" in f.what] and not [f for f in findings if "stage 'correct'" in f.what]
    stock.model.cls_head.multi_class = True
    assert found(all_findings(stock), "multi_class=True").level == "fail"
