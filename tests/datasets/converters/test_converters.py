"""Each converter on a small set in the form that its owners hand out, and on what users have made of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import pytest

from d2sp_mm.annotations import read_annotations
from d2sp_mm.annotations.truth import read_truth
from d2sp_mm.datasets.converters import CONVERTERS, Options
from d2sp_mm.datasets.converters.writing import write_conversion
from d2sp_mm.errors import ConfigError, DataError
from tests.datasets.converters import trees
from tests.datasets.converters.trees import FRAMES, MAKERS, write_frames


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


def test_dfew_goes_as_videos_as_well_and_its_votes_by_any_name(tmp_path):
    root = trees.make_dfew(tmp_path)
    for number in range(1, 36):
        trees.write_clip(root / "Clip/clip_224x224_avi" / f"{number}.avi")
    clips = {clip.key: clip for clip in convert("dfew", root, clips="Clip/clip_224x224_avi").lists["fold3_train"]}
    assert clips["1.avi"].frames is None and clips["1.avi"].truth == (6, "mislabel")
    (root / "votes.csv").write_text("order,1happy,2sad\n00001.mp4,1,9\n")
    assert convert("dfew", root, votes="votes.csv").lists["fold3_train"][0].truth == (1, "mislabel")
    (root / "votes.csv").write_text("order,1happy,2sad\nclip_a,1,9\n")
    with pytest.raises(DataError, match="names none of the clips; its first rows are of clip_a"):
        convert("dfew", root, votes="votes.csv")


def test_differences_from_what_is_published_are_told(tmp_path):
    differences = convert("dfew", trees.make_dfew(tmp_path / "dfew")).count_differences()
    assert "all: 35 clips, published are 11,697 (-11,662)." in differences and len(differences) == 11
    assert convert("crema-d", trees.make_crema_d(tmp_path / "crema")).count_differences()[0].startswith("all: 42 clips")
    differences = convert("ferv39k", trees.make_ferv39k(tmp_path / "ferv")).count_differences()
    assert "training clips of fewer than 16 frames: 14, published are 3,257." in differences


def test_links_of_frames_are_short_enough_to_cost_no_block(tmp_path):
    out = written("ferv39k", trees.make_ferv39k(tmp_path / "set"), tmp_path / "out")
    links = [path for path in out.rglob("img_*.jpg") if path.is_symlink()]
    assert len(links) == 28 * FRAMES and max(len(str(path.readlink())) for path in links) < 60
