"""What holds for every converter, each on a small set in the form that its owners hand out."""

from __future__ import annotations

import json

import pytest

from d2sp_mm.annotations import read_annotations
from d2sp_mm.errors import DataError
from tests.datasets.converters.converting import convert, written
from tests.datasets.converters.trees import MAKERS


@pytest.mark.parametrize("name", MAKERS)
def test_every_list_reads_as_mmaction2s_and_every_clip_of_it_is_there(name, tmp_path):
    out = written(name, MAKERS[name](tmp_path / "set"), tmp_path / "out")
    for path in out.glob("*.txt"):
        if path.name == "classes.txt":
            continue
        annotations = read_annotations(path)
        assert annotations.labels.min() >= 0 and annotations.labels.max() < len((out / "classes.txt").read_text().split())
        for key in annotations.keys:
            source = out / ("frames" if annotations.kind == "rawframe" else "videos") / key
            assert source.exists()
    record = json.loads((out / "conversion.json").read_text())
    assert sum(record["clips"]["fold1_train" if (out / "fold1_train.txt").exists() else "train"].values()) > 0


@pytest.mark.parametrize("name", ["dfew", "mafw", "crema-d"])
def test_folds_test_every_clip_once_and_train_on_the_others(name, tmp_path):
    lists = convert(name, MAKERS[name](tmp_path)).lists
    tested = [clip.key for fold in range(1, 6) for clip in lists[f"fold{fold}_test"]]
    assert len(tested) == len(set(tested)) > 0
    for fold in range(1, 6):
        train, test = ({clip.key for clip in lists[f"fold{fold}_{part}"]} for part in ("train", "test"))
        assert train | test == set(tested) and not train & test


@pytest.mark.parametrize(
    ("name", "path", "old", "new"),
    [
        ("dfew", "EmoLabel_DataSplit/train(single-labeled)/set_2.csv", "1,1\n", "1,8\n"),
        ("ferv39k", "4_setups/All_scenes/test_All.csv", "10 Sad", "10 Bored"),
        ("mafw", "single/no_caption/set_2/train.txt", "anger", "rage"),
    ],
)
def test_an_unknown_label_is_named_with_file_and_line(name, path, old, new, tmp_path):
    root = MAKERS[name](tmp_path)
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new, 1))
    with pytest.raises(DataError, match=r"line \d+: the label .* is unknown; expected"):
        convert(name, root)
