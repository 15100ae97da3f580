"""The clips that measurements train on and show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mmengine.config import Config

from d2sp_mm.home import find_home
from d2sp_mm.recipes import read_config
from d2sp_mm.toy.dataset import make_toy_dfer

CLIPS = 320


def drawn_clips(folder: Path, count: int = CLIPS) -> Path:
    """The folder of drawn clips and their list, drawn by the first who asks. All can be decoded: plain MMAction2 wants that.

    Args:
        folder: Where measurements write.
        count: Clips to draw.
    """
    data = folder / "data"
    if not (data / "toy.json").is_file():
        make_toy_dfer(data, num_train=count, num_test=7, low_quality_rate=0.0, seed=0)
    return data


def demo_config() -> Config:
    """The demo's config, as it is written."""
    return read_config(str(find_home() / "configs" / "d2sp" / "r3d" / "r3d_r18-slim_none_toy-dfer.py"))


def demo_dataset(folder: Path, count: int = CLIPS) -> dict[str, Any]:
    """Config of the demo's training set without our wrapper, on clips drawn here.

    Args:
        folder: Where measurements write.
        count: Clips to draw.
    """
    data = drawn_clips(folder, count)
    dataset: dict[str, Any] = demo_config().train_dataloader.dataset.dataset.to_dict()
    dataset.update(ann_file=str(data / "train.txt"), data_prefix=dict(video=str(data / "videos")))
    dataset.pop("data_root", None)
    return dataset
