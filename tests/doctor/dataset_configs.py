"""Configs of a data set alone."""

from __future__ import annotations

from pathlib import Path

from mmengine.config import Config

HOOKS = dict(purification=dict(stages=None))
CLASSES = dict(cls_head=dict(num_classes=2))


def config_of(dataset: dict, **loader) -> Config:
    train = dict(batch_size=2, dataset=dict(dataset, pipeline=dataset["pipeline"]), **loader)
    return Config(dict(train_dataloader=train, default_hooks=HOOKS, model=CLASSES))


def videos_config(folder: Path, text: str | bytes, **settings) -> Config:
    (folder / "list.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    dataset = dict(type="VideoDataset", ann_file=str(folder / "list.txt"), data_prefix=dict(video=str(folder)), pipeline=[])
    return config_of({**dataset, **settings})
