"""DFEW from its owners and from copies, with its votes and without."""

from __future__ import annotations

import pytest

from d2sp_mm.annotations import read_annotations
from d2sp_mm.annotations.truth import read_truth
from d2sp_mm.errors import ConfigError, DataError
from tests.datasets.converters import trees
from tests.datasets.converters.converting import convert, written


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
