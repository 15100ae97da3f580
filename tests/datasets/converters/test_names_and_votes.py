"""Emotions by name, clips by number, truth by votes; the tables of votes are real."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from d2sp_mm.datasets.converters import Options
from d2sp_mm.datasets.converters.crema_d import CLASSES, CLIPS, _votes
from d2sp_mm.datasets.converters.names import NAMES, SEVEN, class_of, emotion_of, natural_key, truth_of_votes, without_zeros
from d2sp_mm.errors import ConfigError, DataError

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "votes"
needs_votes = pytest.mark.skipif(not SHARED.is_dir(), reason="the tables of votes are not beside the repository")


def test_every_name_of_the_table_means_one_emotion():
    assert all(emotion_of(name.upper()) == emotion for emotion, names in NAMES.items() for name in (emotion, *names))
    assert sum(len(names) for names in NAMES.values()) == len({name for names in NAMES.values() for name in names})
    assert class_of(" Angry", SEVEN, "here") == 3
    with pytest.raises(DataError, match="here: the label 'contempt' is unknown"):
        class_of("contempt", SEVEN, "here")


def test_names_sort_and_match_by_number():
    assert sorted(["10.jpg", "a2", "2.jpg", "a10"], key=natural_key) == ["2.jpg", "10.jpg", "a2", "a10"]
    assert without_zeros("Action/Sad/0010") == without_zeros("Action/Sad/10") == "Action/Sad/10"


@pytest.mark.parametrize(
    ("votes", "given", "expected"),
    [
        ({"fear": 6, "anger": 4}, 6, (6, "clean")),
        ({"fear": 6, "anger": 4}, 3, (6, "mislabel")),
        ({"fear": 5, "anger": 5}, 6, (6, "low_quality")),
        ({"fear": 4, "anger": 3, "sadness": 3}, 6, (6, "low_quality")),
        ({"unknown": 9, "anger": 1}, 3, (3, "low_quality")),
        ({}, 3, (3, "low_quality")),
    ],
)
def test_votes_decide_where_they_agree(votes, given, expected):
    assert truth_of_votes(votes, given, SEVEN, 0.5) == expected


@pytest.mark.parametrize(("setting", "value"), [("first_label", 2), ("min_agreement", 0.0), ("min_agreement", 1.1)])
def test_options_out_of_range_are_named(setting, value):
    with pytest.raises(ConfigError, match=f"{setting}={value!r}"):
        Options(**{setting: value})


@needs_votes
def test_what_people_saw_of_crema_d_differs_from_what_was_meant_as_often_as_is_known():
    """The intended emotion is absent from the winners of the face-only votes in 29 % of the clips."""
    winners = _votes(SHARED, Options(votes="crema_d_summaryTable.csv"))
    assert len(winners) == CLIPS
    absent, noise = 0, Counter()
    for name, seen in winners.items():
        given = class_of(name.split("_")[2], CLASSES, name)
        absent += CLASSES[given] not in seen
        noise[truth_of_votes(dict.fromkeys(seen, 1.0), given, CLASSES, 1 / len(seen))[1]] += 1
    assert round(absent / len(winners), 2) == 0.29
    # Ties alone are what nobody could label.
    assert noise["low_quality"] == sum(len(seen) > 1 for seen in winners.values())


@needs_votes
def test_most_of_ferplus_has_a_majority():
    noise = Counter()
    with (SHARED / "ferplus_votes.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            votes = {emotion_of(head) or head: float(n) for head, n in row.items() if head not in ("Usage", "Image name")}
            noise[truth_of_votes(votes, 0, SEVEN, 0.5)[1]] += 1
    assert sum(noise.values()) == 35_887
    assert 0.05 < noise["low_quality"] / 35_887 < 0.3
