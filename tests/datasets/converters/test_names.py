"""Emotions by name, clips by number, truth by votes."""

from __future__ import annotations

import pytest

from d2sp_mm.datasets.converters.names import NAMES, SEVEN, class_of, emotion_of, natural_key, truth_of_votes, without_zeros
from d2sp_mm.errors import DataError


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
