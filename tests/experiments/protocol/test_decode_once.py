"""A config that decodes once gives the clips that it gave before."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.config import Config

from d2sp_mm.datasets.build_dataset import build_dataset
from d2sp_mm.experiments.protocol.decode_once import decode_once_options
from d2sp_mm.experiments.toy.clip import write_mp4
from d2sp_mm.paths import find_home
from d2sp_mm.recipes import purify_config, read_config


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The toy set's config on three clips."""
    config = read_config(str(find_home() / "configs" / "d2sp" / "r3d" / "r3d_r18-slim_none_toy-dfer.py"))
    rng = np.random.default_rng(0)
    for number in range(3):
        write_mp4(tmp_path / f"{number}.mp4", rng.integers(0, 255, (16, 64, 64, 3), dtype=np.uint8), 12.5)
    (tmp_path / "list.txt").write_text("".join(f"{number}.mp4 {number}\n" for number in range(3)))
    for dataset in (config.train_dataloader.dataset.dataset, config.val_dataloader.dataset):
        dataset.update(ann_file=str(tmp_path / "list.txt"), data_prefix=dict(video=str(tmp_path)))
    return config


def samples(config: Config) -> list[Any]:
    random.seed(0)
    np.random.seed(0)
    found = []
    for dataset in (config.train_dataloader.dataset.dataset, config.val_dataloader.dataset):
        built = build_dataset(dataset)
        found += [built[i]["inputs"] for i in range(len(built))]
    return found


def test_training_and_test_clips_are_the_same_and_are_kept(config, tmp_path):
    before = samples(config)
    given = config.pretty_text
    options = decode_once_options(config, tmp_path / "cache")
    assert config.pretty_text == given
    # The loaders of training, validation and testing.
    assert len(options) == 2 * 3
    config.merge_from_dict(options)
    for found in (samples(config), samples(config)):
        assert all(torch.equal(a, b) for a, b in zip(found, before, strict=True))
    assert len(list((tmp_path / "cache").iterdir())) == 3
    assert decode_once_options(config, tmp_path) == {}


def test_such_a_config_can_be_purified(config, tmp_path):
    config.merge_from_dict(decode_once_options(config, tmp_path / "cache"))
    purified = purify_config(config, "d2sp")
    assert purified.train_dataloader.dataset.dataset.pipeline[0].cache == str(tmp_path / "cache")


def test_parts_of_a_concatenation_are_found_and_other_decoders_left_alone():
    opens = [dict(type="mmaction.DecordInit"), dict(type="PyAVInit"), dict(type="DecordDecode")]
    parts = [dict(type="VideoDataset", pipeline=opens), dict(type="VideoDataset", pipeline=opens[1:])]
    config = Config(dict(train_dataloader=dict(dataset=dict(type="ConcatDataset", datasets=parts))))
    step = "train_dataloader.dataset.datasets.0.pipeline.0"
    assert decode_once_options(config, "c") == {f"{step}.type": "d2sp_mm.CachedDecordInit", f"{step}.cache": "c"}


def test_a_pipeline_that_reads_key_frames_is_left_alone(config, tmp_path):
    config.train_dataloader.dataset.dataset.pipeline[2].mode = "efficient"
    options = decode_once_options(config, tmp_path / "cache")
    assert options and not any(name.startswith("train_dataloader") for name in options)
