from __future__ import annotations

import pytest
from mmengine.config import Config

from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.protocol.folds import fold_options


def config(train: dict, val: dict) -> Config:
    return Config(dict(train_dataloader=dict(dataset=train), val_dataloader=dict(dataset=val), test_dataloader=None))


def test_every_annotation_file_is_that_of_the_fold_wherever_it_stands():
    train = dict(
        type="d2sp_mm.IndexedDataset",
        dataset=dict(type="ConcatDataset", datasets=[dict(ann_file="data/a/fold1_train.txt"), dict(ann_file="data/b.txt")]),
    )
    options = fold_options(config(train, dict(ann_file="data/a/fold1_test.txt")), 4)
    assert options == [
        "train_dataloader.dataset.dataset.datasets.0.ann_file=data/a/fold4_train.txt",
        "val_dataloader.dataset.ann_file=data/a/fold4_test.txt",
    ]


@pytest.mark.parametrize(
    ("train", "val", "words"),
    [("train.txt", "fold1_test.txt", "train_dataloader names a fold"), ("fold1_train.txt", "t.txt", "val_dataloader names")],
)
def test_a_config_without_folds_is_refused(train, val, words):
    with pytest.raises(ConfigError, match=words):
        fold_options(config(dict(ann_file=train), dict(ann_file=val)), 2)


def test_a_path_that_an_option_cannot_carry_is_named():
    with pytest.raises(ConfigError, match="cannot carry"):
        fold_options(config(dict(ann_file="my data/fold1_train.txt"), dict(ann_file="fold1_test.txt")), 2)
