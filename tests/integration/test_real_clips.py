"""Clips of many containers, codecs and sizes go through the decoding pipeline of a config and are trained on."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from d2sp_mm.datasets import IndexedDataset
from d2sp_mm.datasets.indexed_dataset import SAMPLE_INDEX, UNDECODABLE
from d2sp_mm.datasets.training_list import read_training_list
from d2sp_mm.runs.ledger_table import read_ledger_table
from tests.integration.real_run import read_config, train

_CONFIG = "r3d/r3d_r18-slim_d2sp_clips.py"
_SUFFIXES = {".mkv", ".mpg", ".mp4", ".mpeg", ".mov", ".avi", ".webm"}
_EPOCHS = 2


@pytest.fixture
def run(shared_data: Path, tmp_path: Path) -> tuple[list[str], Config]:
    """The clips' paths, and a config that trains on them."""
    clips, ann_file = shared_data / "clips", tmp_path / "clips.txt"
    paths = sorted(str(path.relative_to(clips)) for path in clips.rglob("*") if path.suffix.lower() in _SUFFIXES)
    ann_file.write_text("".join(f"{path},{number % 2}\n" for number, path in enumerate(paths)), encoding="utf-8")
    options = {
        "train_dataloader.dataset.dataset.ann_file": str(ann_file),
        "train_dataloader.dataset.dataset.data_prefix.video": str(clips),
        "default_hooks.purification.stages.prune.start": 1,
        "default_hooks.purification.stages.prune.window": 1,
        "default_hooks.purification.stages.correct.start": 2,
        "default_hooks.purification.stages.correct.window": 1,
        "default_hooks.purification.stages.correct.rounds": 1,
    }
    config = read_config(_CONFIG, tmp_path / "run", _EPOCHS, options)
    config.val_cfg = config.val_dataloader = config.val_evaluator = config.param_scheduler = None
    return paths, config


def test_every_clip_is_decoded(run: tuple[list[str], Config]) -> None:
    paths, config = run
    assert len(paths) == 39
    dataset = IndexedDataset(config.train_dataloader.dataset.dataset)
    assert read_training_list(dataset.map).keys == paths
    for number in range(len(dataset)):
        sample = dataset[number]
        assert sample["data_samples"].metainfo[UNDECODABLE] == []
        assert sample["data_samples"].metainfo[SAMPLE_INDEX] == number
        assert sample["inputs"].shape == (1, 3, 8, 48, 48)
        # A failed decoder leaves one grey.
        assert torch.unique(sample["inputs"]).numel() > 20


def test_all_clips_are_trained_on_and_evaluated(run: tuple[list[str], Config]) -> None:
    paths, config = run
    runner = train(config)
    table = read_ledger_table(Path(runner.work_dir) / "purification" / "ledger.csv")
    assert table.keys == paths
    # A tenth of 39, all scored by what the network saw of them.
    assert (~table.keep).sum() == 4
    assert ((table.quality_scores >= 0) & (table.label_scores >= 0)).all()
