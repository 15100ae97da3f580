"""CREMA-D: folds by actor, and the truth by what people saw; the table of votes is real."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from d2sp_mm.datasets.converters import Options
from d2sp_mm.datasets.converters.crema_d import CLASSES, CLIPS, _votes
from d2sp_mm.datasets.converters.names import class_of, truth_of_votes
from d2sp_mm.errors import DataError
from tests.datasets.converters import trees
from tests.datasets.converters.converting import convert

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "votes"
needs_votes = pytest.mark.skipif(not SHARED.is_dir(), reason="the tables of votes are not beside the repository")


def test_no_actor_of_crema_d_is_in_both_parts(tmp_path):
    lists = convert("crema-d", trees.make_crema_d(tmp_path)).lists
    for fold in range(1, 6):
        train, test = ({clip.key[:4] for clip in lists[f"fold{fold}_{part}"]} for part in ("train", "test"))
        assert train and test and not train & test


def test_what_people_saw_of_crema_d_is_its_truth(tmp_path):
    truths = {c.key[:12]: c.truth for c in convert("crema-d", trees.make_crema_d(tmp_path)).lists["fold3_train"]}
    assert truths["1001_DFA_ANG"] == (4, "mislabel")
    assert truths["1002_DFA_FEA"][1] == "low_quality"
    assert truths["1004_DFA_HAP"] == (0, "clean")
    (tmp_path / "summaryTable.csv").write_text('"FileName","FaceVote"\n"1001_DFA_ANG_XX","Q"\n')
    with pytest.raises(DataError, match="letters H, S, N"):
        convert("crema-d", tmp_path)


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
