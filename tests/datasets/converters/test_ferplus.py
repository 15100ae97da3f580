"""FERPlus: images as clips of one frame; the table of votes is real."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import cv2
import pytest

from d2sp_mm.annotations.truth import read_truth
from d2sp_mm.datasets.converters.names import SEVEN, emotion_of, truth_of_votes
from d2sp_mm.errors import DataError
from tests.datasets.converters import trees
from tests.datasets.converters.converting import convert, written

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "votes"
needs_votes = pytest.mark.skipif(not SHARED.is_dir(), reason="the tables of votes are not beside the repository")


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


@needs_votes
def test_most_of_ferplus_has_a_majority():
    noise = Counter()
    with (SHARED / "ferplus_votes.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            votes = {emotion_of(head) or head: float(n) for head, n in row.items() if head not in ("Usage", "Image name")}
            noise[truth_of_votes(votes, 0, SEVEN, 0.5)[1]] += 1
    assert sum(noise.values()) == 35_887
    assert 0.05 < noise["low_quality"] / 35_887 < 0.3
