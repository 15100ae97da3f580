"""Each converter on a small set in the form that its owners hand out, and on what users have made of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import pytest

from d2sp_mm.annotations import read_annotations
from d2sp_mm.converters import CONVERTERS, Options
from d2sp_mm.converters.crema_d import CLIPS
from d2sp_mm.converters.writing import write_conversion
from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.noise.truth import read_truth
from tests.converters import trees
from tests.converters.trees import FRAMES, MAKERS, write_frames


def convert(name: str, root: Path, **options):
    return CONVERTERS[name](root, Options(**options))


def written(name: str, root: Path, out: Path, **options) -> Path:
    write_conversion(convert(name, root, **options), out, Options())
    return out


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


def test_no_actor_of_crema_d_is_in_both_parts(tmp_path):
    lists = convert("crema-d", trees.make_crema_d(tmp_path)).lists
    for fold in range(1, 6):
        train, test = ({clip.key[:4] for clip in lists[f"fold{fold}_{part}"]} for part in ("train", "test"))
        assert train and test and not train & test


@pytest.mark.parametrize("first", [0, 1])
def test_dfew_from_its_owners_and_from_copies_give_the_same_labels(first, tmp_path):
    lists = convert("dfew", trees.make_dfew(tmp_path, first_label=first)).lists
    assert all(clip.label == (int(clip.key) - 1) // 5 for listed in lists.values() for clip in listed)


def test_dfew_asks_where_the_numbers_fit_both(tmp_path):
    root = trees.make_dfew(tmp_path)
    for path in root.glob("EmoLabel_DataSplit/*/*.csv"):
        path.write_text("".join(line for line in path.open() if not line.strip().endswith((",7", ",0"))))
    with pytest.raises(ConfigError, match="--first-label"):
        convert("dfew", root)
    assert convert("dfew", root, first_label=1).lists["fold1_test"][0].label == 0
    path.write_text(path.read_text() + "35,7\n1,0\n")
    with pytest.raises(DataError, match="eight numbers for seven classes"):
        convert("dfew", root)


def test_the_votes_of_dfew_become_the_truth(tmp_path):
    out = written("dfew", trees.make_dfew(tmp_path / "set"), tmp_path / "out")
    truth = read_truth(out / "fold3_truth.csv")
    found = dict(zip(truth.keys, zip(truth.true_labels.tolist(), truth.noise.tolist())))
    assert found["00001"] == (6, "mislabel")
    assert found["00002"] == (0, "low_quality")
    assert found["00010"] == (1, "clean")
    assert set(found) == set(read_annotations(out / "fold3_train.txt").keys)
    strict = convert("dfew", tmp_path / "set", min_agreement=0.9).lists["fold3_train"]
    assert [clip.truth[1] for clip in strict].count("low_quality") == len(strict) - 1


def test_without_votes_there_is_no_truth_and_a_note(tmp_path):
    conversion = convert("dfew", trees.make_dfew(tmp_path, votes=False))
    assert any("no votes" in note for note in conversion.notes)
    assert all(clip.truth is None for clip in conversion.lists["fold1_train"])
    with pytest.raises(ConfigError, match="votes='absent"):
        convert("dfew", tmp_path, votes="absent.xlsx")
    (tmp_path / "broken.xlsx").write_text("no workbook")
    with pytest.raises(DataError, match="cannot be read as an Excel workbook"):
        convert("dfew", tmp_path, votes="broken.xlsx")
    (tmp_path / "votes.csv").write_text("order,1happy,2sad\n00003,1,9\n")
    clips = {clip.key: clip for clip in convert("dfew", tmp_path, votes="votes.csv").lists["fold1_train"]}
    assert clips["00003"].truth == (1, "mislabel")
    (tmp_path / "votes.csv").write_text("order,1happy,2sad\n00003,many,9\n")
    with pytest.raises(DataError, match="row 2"):
        convert("dfew", tmp_path, votes="votes.csv")
    (tmp_path / "votes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="names no clip and emotions"):
        convert("dfew", tmp_path, votes="votes.csv")


def test_frames_are_numbered_in_their_order_not_by_letter(tmp_path):
    out = written("dfew", trees.make_dfew(tmp_path / "set"), tmp_path / "out")
    brightness = [cv2.imread(str(out / "frames/00003" / f"img_{i + 1:05}.jpg")).mean() for i in range(FRAMES)]
    assert brightness == sorted(brightness) and brightness[-1] == pytest.approx(10 * FRAMES, abs=2)
    assert (out / "fold5_test.txt").read_text().splitlines()[0] == "00005 11 0"
    # The links are relative: set and lists can move together.
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    shutil.move(tmp_path / "set", moved / "set")
    shutil.move(out, moved / "out")
    assert cv2.imread(str(moved / "out/frames/00003/img_00011.jpg")) is not None


def test_a_folder_that_is_named_as_mmaction2_wants_is_linked_whole(tmp_path):
    root = trees.make_dfew(tmp_path / "set")
    shutil.rmtree(root / "Clip/clip_224x224/00003")
    write_frames(root / "Clip/clip_224x224/00003", names="img_{:05}.jpg")
    out = written("dfew", root, tmp_path / "out")
    assert (out / "frames/00003").is_symlink() and not (out / "frames/00004").is_symlink()


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
    assert any("1 clips" in note or f"published are {CLIPS:,}" in note for note in conversion.notes)


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
        ("ferv39k", "4_setups/All_scenes/test_All.csv", "0010 Sad", "0010 Bored"),
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


def test_afew_takes_faces_by_a_pattern(tmp_path):
    root = trees.make_afew(tmp_path)
    conversion = convert("afew", root, clips="AlignedFaces_LBPTOP_Points*/Faces")
    assert all(len(clip.frames) == FRAMES for listed in conversion.lists.values() for clip in listed)
    videos = convert("afew", root)
    assert [c.label for c in conversion.lists["train"]] == [c.label for c in videos.lists["train"]]
    with pytest.raises(ConfigError, match="fits 0 folders"):
        convert("afew", root, clips="Cropped*")
    shutil.rmtree(root / "Val_AFEW")
    with pytest.raises(ConfigError, match="no folder Val_AFEW"):
        convert("afew", root)


def test_mafw_takes_folders_of_faces(tmp_path):
    root = trees.make_mafw(tmp_path)
    for number in range(1, 23):
        write_frames(root / "faces" / f"{number:05}")
    lists = convert("mafw", root, clips="faces").lists
    assert (lists["fold1_train"][0].key, len(lists["fold1_train"][0].frames)) == ("00002", FRAMES)


def test_what_people_saw_of_crema_d_is_its_truth(tmp_path):
    truths = {c.key[:12]: c.truth for c in convert("crema-d", trees.make_crema_d(tmp_path)).lists["fold3_train"]}
    assert truths["1001_DFA_ANG"] == (4, "mislabel")
    assert truths["1002_DFA_FEA"][1] == "low_quality"
    assert truths["1004_DFA_HAP"] == (0, "clean")
    (tmp_path / "summaryTable.csv").write_text('"FileName","FaceVote"\n"1001_DFA_ANG_XX","Q"\n')
    with pytest.raises(DataError, match="letters H, S, N"):
        convert("crema-d", tmp_path)


def test_ferplus_is_written_as_clips_of_one_frame(tmp_path):
    out = written("ferplus", trees.make_ferplus(tmp_path / "set"), tmp_path / "out")
    image = cv2.imread(str(out / "frames/fer0000005/img_00001.png"), cv2.IMREAD_GRAYSCALE)
    assert image.shape == (48, 48) and (image == 30).all()
    truth = read_truth(out / "truth.csv")
    assert dict(zip(truth.keys, truth.noise))["fer0000000"] == "low_quality"
    assert (truth.noise == "clean").sum() == len(truth) - 1
    votes = tmp_path / "set" / "fer2013new.csv"
    votes.write_text("".join(votes.open().readlines()[:-1]))
    with pytest.raises(DataError, match="differ in length"):
        convert("ferplus", tmp_path / "set")


def test_nothing_is_written_over(tmp_path):
    root = trees.make_dfew(tmp_path / "set")
    out = written("dfew", root, tmp_path / "out")
    with pytest.raises(ConfigError, match="holds something already"):
        written("dfew", root, out)
