"""What is missing, empty, unknown, twice or in both parts is named, and nothing half done is left behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from d2sp_mm.datasets.converters import CONVERTERS, Options
from d2sp_mm.datasets.converters.crema_d import CLIPS
from d2sp_mm.datasets.converters.writing import write_conversion
from d2sp_mm.errors import ConfigError, DataError
from tests.datasets.converters import trees
from tests.datasets.converters.trees import FRAMES, MAKERS


def convert(name: str, root: Path, **options):
    return CONVERTERS[name](root, Options(**options))


def written(name: str, root: Path, out: Path, **options) -> Path:
    write_conversion(convert(name, root, **options), out, Options())
    return out


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


def test_a_clip_of_afew_in_both_parts_is_refused(tmp_path):
    root = trees.make_afew(tmp_path)
    clip = sorted((root / "Train_AFEW/Happy").iterdir())[0]
    shutil.copy(clip, root / "Val_AFEW/Sad" / clip.name)
    with pytest.raises(DataError, match="stand in both train and test"):
        convert("afew", root)


def test_a_clip_of_afew_under_two_emotions_is_refused(tmp_path):
    root = trees.make_afew(tmp_path)
    clip = sorted((root / "Train_AFEW/Happy").iterdir())[0]
    shutil.copy(clip, root / "Train_AFEW/Sad" / clip.name)
    with pytest.raises(DataError, match="AFEW, train: 1 clips are named more than once"):
        convert("afew", root)


def test_hidden_files_and_foreign_folders_are_no_clips(tmp_path):
    """What macOS, notebooks and file servers leave behind."""
    frames = trees.make_dfew(tmp_path / "dfew")
    (frames / "Clip/clip_224x224/00003/._frame_1.jpg").write_bytes(b"x")
    assert len(convert("dfew", frames).lists["fold1_train"][1].frames) == FRAMES
    mafw = trees.make_mafw(tmp_path / "mafw")
    (mafw / "data/clips/.ipynb_checkpoints").mkdir()
    (mafw / "data/clips/backup").mkdir()
    assert convert("mafw", mafw).lists["fold1_train"][0].frames is None
    crema_d = trees.make_crema_d(tmp_path / "crema_d")
    (crema_d / "VideoFlash/._1001_DFA_ANG_XX.flv").write_bytes(b"x")
    assert sum(map(len, convert("crema-d", crema_d).lists.values())) == 5 * 42


def test_what_git_lfs_has_not_fetched_is_no_video(tmp_path):
    root = trees.make_crema_d(tmp_path)
    (root / "VideoFlash/1001_DFA_ANG_XX.flv").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(DataError, match="git lfs pull"):
        convert("crema-d", root)


def test_a_conversion_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    conversion = convert("dfew", trees.make_dfew(tmp_path / "set"))

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("d2sp_mm.datasets.converters.writing.write_truth", full)
    with pytest.raises(ConfigError, match="No space left on device"):
        write_conversion(conversion, tmp_path / "out", Options())
    assert [entry.name for entry in tmp_path.iterdir()] == ["set"]
    monkeypatch.undo()
    # What a killed conversion has left behind does not stand in the way.
    (tmp_path / ".out.partial").mkdir()
    (tmp_path / ".out.partial" / "videos").symlink_to(tmp_path)
    (tmp_path / "out").mkdir()
    write_conversion(conversion, tmp_path / "out", Options())
    assert (tmp_path / "out/fold5_test.txt").is_file()


def test_nothing_is_written_over(tmp_path):
    root = trees.make_dfew(tmp_path / "set")
    out = written("dfew", root, tmp_path / "out")
    with pytest.raises(ConfigError, match="holds something already"):
        written("dfew", root, out)
