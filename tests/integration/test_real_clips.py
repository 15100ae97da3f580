"""Clips of many containers, codecs and sizes go through MMAction2's decoding pipeline inside the wrapper."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from d2sp_mm.datasets import IndexedDataset
from d2sp_mm.datasets.indexed_dataset import SAMPLE_INDEX, UNDECODABLE
from d2sp_mm.ledger.table import read_ledger_table
from tests.integration.real_run import read_config, train

_PIPELINE = [
    dict(type="DecordInit"),
    dict(type="SampleFrames", clip_len=8, frame_interval=2, num_clips=1),
    dict(type="DecordDecode"),
    dict(type="Resize", scale=(48, 48), keep_ratio=False),
    dict(type="FormatShape", input_format="NCTHW"),
    dict(type="PackActionInputs"),
]
_SUFFIXES = {".mkv", ".mpg", ".mp4", ".mpeg", ".mov", ".avi", ".webm"}


@pytest.fixture
def clips(shared_data: Path) -> Path:
    return shared_data / "clips"


def _write_list(clips: Path, file: Path) -> list[str]:
    paths = sorted(str(path.relative_to(clips)) for path in clips.rglob("*") if path.suffix.lower() in _SUFFIXES)
    # A comma, because a file name may hold spaces.
    file.write_text("".join(f"{path},{number % 2}\n" for number, path in enumerate(paths)), encoding="utf-8")
    return paths


def _dataset(clips: Path, file: Path) -> dict:
    inner = dict(
        type="VideoDataset", ann_file=str(file), data_prefix=dict(video=str(clips)), delimiter=",", pipeline=_PIPELINE
    )
    return dict(type="d2sp_mm.IndexedDataset", dataset=inner)


def test_every_clip_is_decoded(clips: Path, tmp_path: Path) -> None:
    paths = _write_list(clips, tmp_path / "clips.txt")
    assert len(paths) == 39
    dataset = IndexedDataset(_dataset(clips, tmp_path / "clips.txt")["dataset"])
    assert dataset.map.keys_and_labels()[0] == paths
    for number in range(len(dataset)):
        sample = dataset[number]
        assert sample["data_samples"].metainfo[UNDECODABLE] == []
        assert sample["data_samples"].metainfo[SAMPLE_INDEX] == number
        assert sample["inputs"].shape == (1, 3, 8, 48, 48)
        # A failed decoder leaves one grey.
        assert torch.unique(sample["inputs"]).numel() > 20


def test_all_clips_are_trained_on(clips: Path, tmp_path: Path) -> None:
    paths = _write_list(clips, tmp_path / "clips.txt")
    config = read_config("r3d/r3d_r18-slim_none_toy-dfer.py", tmp_path / "run", 1, {})
    config.val_cfg = config.val_dataloader = config.val_evaluator = None
    config.param_scheduler = None
    config.train_dataloader.batch_size = 20
    config.train_dataloader.dataset = _dataset(clips, tmp_path / "clips.txt")
    train(config)
    assert read_ledger_table(tmp_path / "run" / "purification" / "ledger.csv").keys == paths
