"""What was made with other settings of the same name is never taken for what is asked now."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config

from d2sp_mm.annotations import read_annotations
from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.benchmark.clean_set import clean_set
from d2sp_mm.experiments.benchmark.noisy_set import NoisySet, plant
from d2sp_mm.experiments.benchmark.run import Run
from d2sp_mm.experiments.benchmark.run_config import run_config, training_set
from d2sp_mm.experiments.benchmark.suite import DataSet, Noise

HOOK = {"type": "d2sp_mm.PurificationHook"}
SET = DataSet("d2sp/r3d/r3d_r18-slim_none_toy-dfer.py")


@pytest.fixture
def ann_file(tmp_path: Path) -> Path:
    path = tmp_path / "train.txt"
    path.write_text("".join(f"{i}.mp4 {i % 4}\n" for i in range(40)))
    return path


def _plant(ann_file: Path, noise: Noise, seed: int = 0) -> NoisySet:
    data_set = dataclasses.replace(SET, settings={"ann_file": str(ann_file), "kind": "video"})
    return plant(clean_set(data_set, ann_file.parent, seed), noise, ann_file.parent / "noisy", seed, 4)


def _planted(noisy: NoisySet) -> int:
    return int((noisy.true().noise == "mislabel").sum())


def test_another_rate_of_the_same_name_is_planted_anew_and_the_same_is_kept(ann_file):
    first = _plant(ann_file, Noise(mislabel_rate=0.2))
    stamp = first.ann_file.stat().st_mtime_ns
    assert _planted(first) == 8
    assert _plant(ann_file, Noise(mislabel_rate=0.2)).ann_file.stat().st_mtime_ns == stamp
    assert _planted(_plant(ann_file, Noise(mislabel_rate=0.4))) == 16
    ann_file.write_text(ann_file.read_text() + "new.mp4 1\n" * 1)
    assert len(_plant(ann_file, Noise(mislabel_rate=0.4)).annotations()) == 41


def test_what_was_broken_off_is_planted_anew(ann_file):
    noisy = _plant(ann_file, Noise(mislabel_rate=0.2))
    noisy.record.unlink()
    noisy.ann_file.write_text("half\n")
    assert _planted(_plant(ann_file, Noise(mislabel_rate=0.2))) == 8


def test_a_run_of_another_annotation_at_the_same_path_is_not_done(tmp_path, ann_file):
    config = Config(dict(a=1))
    run = Run(tmp_path, config, 1.0, inputs=(ann_file,))
    run.finish()
    assert run.is_done
    ann_file.write_text("x.mp4 0\n")
    assert not run.is_done


def test_a_root_in_the_config_is_kept_where_the_clips_stay_where_they_are(ann_file):
    options = {
        "train_dataloader.dataset.dataset.data_root": "data/mine",
        "train_dataloader.dataset.dataset.data_prefix": dict(video="videos"),
        "default_hooks.purification.max_undecodable": 0.9,
    }
    noisy = _plant(ann_file, Noise(mislabel_rate=0.2))
    config = run_config(dataclasses.replace(SET, options=options), noisy, noisy.ann_file, 0, HOOK)
    found = training_set(config)
    assert "data_root" not in found and found.data_prefix == dict(video="data/mine/videos")
    assert found.ann_file == str(noisy.ann_file)
    # What a user says of the set holds for every method.
    assert config.default_hooks.purification.max_undecodable == 0.9
    assert config.val_dataloader == config.test_dataloader


def test_an_oracle_has_true_labels_and_nothing_corrupted(ann_file, tmp_path):
    noisy = _plant(ann_file, Noise(mislabel_rate=0.2))
    oracle = read_annotations(noisy.write_oracle(tmp_path / "oracle.txt"), "video")
    np.testing.assert_array_equal(oracle.labels, np.arange(40) % 4)


def test_an_annotation_that_is_not_there_says_how_to_get_it(tmp_path):
    with pytest.raises(ConfigError, match=r"ann_file='nowhere\.pkl' is not there"):
        clean_set(dataclasses.replace(SET, settings={"ann_file": "nowhere.pkl"}), tmp_path, 0)
