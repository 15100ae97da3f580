"""What is missing, empty, twice or in both parts is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from d2sp_mm.datasets.converters.crema_d import CLIPS
from d2sp_mm.errors import ConfigError, DataError
from tests.datasets.converters import trees
from tests.datasets.converters.converting import convert
from tests.datasets.converters.trees import MAKERS


def break_clip(root: Path, pattern: str, how: str) -> None:
    clip = sorted(root.glob(pattern))[0]
    if clip.is_dir():
        shutil.rmtree(clip)
        if how == "empty":
            clip.mkdir()
    else:
        clip.unlink()
        if how == "empty":
            clip.touch()


@pytest.mark.parametrize("how", ["missing", "empty"])
@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("dfew", "Clip/clip_224x224/00001"),
        ("ferv39k", "2_ClipsforFaceCrop/Action/Sad/0007"),
        ("mafw", "data/clips/00001.mp4"),
        ("crema-d", "VideoFlash/1001_DFA_ANG_XX.flv"),
    ],
)
def test_a_clip_that_is_missing_or_empty_is_an_error_unless_it_may_be(name, pattern, how, tmp_path):
    root = MAKERS[name](tmp_path)
    whole = sum(map(len, convert(name, root).lists.values()))
    break_clip(root, pattern, how)
    if (name, how) != ("crema-d", "missing"):  # no list says that it should be there
        with pytest.raises(DataError, match=rf"1 clips cannot be used:\n.*is {how}.*\n.*--allow-missing"):
            convert(name, root)
    conversion = convert(name, root, allow_missing=True)
    assert sum(map(len, conversion.lists.values())) < whole
    said = conversion.notes + conversion.count_differences()
    assert any("1 clips" in sentence or f"published are {CLIPS:,}" in sentence for sentence in said)


def test_many_problems_are_counted_and_some_are_shown(tmp_path):
    root = trees.make_dfew(tmp_path)
    shutil.rmtree(root / "Clip/clip_224x224")
    (root / "Clip/clip_224x224").mkdir()
    with pytest.raises(DataError, match=r"35 clips cannot be used:(\n  .*){5}\n  and 30 more"):
        convert("dfew", root)
    shutil.rmtree(root / "Clip")
    with pytest.raises(ConfigError, match=r"no folder Clip/clip_224x224 or .*--clips"):
        convert("dfew", root)


@pytest.mark.parametrize(
    ("name", "train", "test"),
    [
        ("dfew", "EmoLabel_DataSplit/train(single-labeled)/set_2.csv", "EmoLabel_DataSplit/test(single-labeled)/set_2.csv"),
        ("ferv39k", "4_setups/All_scenes/train_All.csv", "4_setups/All_scenes/test_All.csv"),
        ("mafw", "single/no_caption/set_2/train.txt", "single/no_caption/set_2/test.txt"),
    ],
)
def test_a_clip_in_train_and_test_and_one_named_twice_are_refused(name, train, test, tmp_path):
    root = MAKERS[name](tmp_path)
    last = (root / test).read_text().strip().splitlines()[-1]
    before = (root / train).read_text()
    (root / train).write_text(f"{before.strip()}\n{last}\n")
    with pytest.raises(DataError, match="1 clips stand in both train and test"):
        convert(name, root)
    again = before.strip().splitlines()[-1]
    (root / train).write_text(f"{before.strip()}\n{again}\n")
    with pytest.raises(DataError, match="1 clips are named more than once"):
        convert(name, root)
