"""What a run says of its decisions."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.engine.decision_log import decision_line, with_agreement
from d2sp_mm.functional.ranks import spearman
from d2sp_mm.ledger import Decision, Ledger

LABELS = np.arange(30) % 10


def ledger_of() -> Ledger:
    return Ledger([f"{i}.mp4" for i in range(30)], LABELS, 10)


def said(ledger, decision, dry_run=False):
    return decision_line(ledger, with_agreement(ledger, ledger.apply(decision)), dry_run)


def test_a_line_says_how_many_of_which_classes_and_what_that_makes_in_all():
    ledger = ledger_of()
    line = said(ledger, Decision(3, "quality", prune=np.array([0, 10, 1]), stage="prune"))
    assert line == "after epoch 4 prune: 3 of 30 pruned (of class 0: 2, 1: 1); 3 pruned, 0 relabelled in all"
    relabel = np.array([2, 12, 3])
    line = said(ledger, Decision(5, "label", relabel=relabel, new_labels=np.array([7, 7, 4]), stage="correct"), dry_run=True)
    done = "3 of 30 relabelled (2 to 7: 2, 3 to 4: 1); 3 pruned, 3 relabelled in all"
    assert line == f"after epoch 6 correct: {done}; a dry run, nothing is changed"


def test_a_line_counts_what_had_been_decided_by_then_though_more_was_since():
    ledger = ledger_of()
    first = ledger.apply(Decision(3, "quality", prune=np.array([0]), stage="prune"))
    second = ledger.apply(Decision(3, "label", relabel=np.array([2]), new_labels=np.array([7]), stage="correct"))
    third = ledger.apply(Decision(3, "label", relabel=np.array([2]), new_labels=np.array([8]), stage="again"))
    lines = [decision_line(ledger, decision, False) for decision in (first, second, third)]
    assert "1 pruned, 0 relabelled in all" in lines[0]
    assert "1 of 30 relabelled (2 to 7: 1); 1 pruned, 1 relabelled in all" in lines[1]
    assert "1 of 30 relabelled (7 to 8: 1); 1 pruned, 1 relabelled in all" in lines[2]


def test_many_classes_are_summed_up():
    line = said(ledger_of(), Decision(0, "quality", prune=np.arange(10), stage="r"))
    assert "(of class 0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, others: 4)" in line


def test_a_round_is_compared_with_the_one_before():
    ledger, scores = ledger_of(), np.linspace(0, 1, 30)
    assert said(ledger, Decision(0, "label", scores={"label_score": scores}, stage="r")) == (
        "after epoch 1 r: nothing changes; 0 pruned, 0 relabelled in all"
    )
    for epoch, now, agreement in ((1, scores**2, "1.00"), (2, 1 - scores, "-1.00")):
        line = said(ledger, Decision(epoch, "label", scores={"label_score": now}, stage="r"))
        assert line.endswith(f"as in the round before: {agreement}")


def test_a_stage_is_compared_with_its_own_last_round_by_what_it_decides_by():
    ledger, scores = ledger_of(), np.linspace(0, 1, 30)
    said(ledger, Decision(0, "label", scores={"quality_score": scores, "label_score": scores}, stage="prune"))
    assert "as in the round" not in said(ledger, Decision(0, "label", scores={"label_score": scores}, stage="correct"))
    line = said(ledger, Decision(1, "label", scores={"quality_score": 1 - scores, "label_score": scores}, stage="prune"))
    assert line.endswith("as in the round before: -1.00")


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([0.1, 0.2, 0.3], [0.5, 0.6, 0.9], 1.0),
        ([0.1, 0.2, np.nan, 0.3], [0.9, 0.6, 0.7, 0.5], -1.0),
        ([0.1, 0.2, np.nan], [0.5, np.nan, 0.9], None),
        ([0.5, 0.5, 0.5], [0.1, 0.2, 0.3], None),
        ([0.1, 0.2, 0.3], [0.5, 0.5, 0.5], None),
    ],
)
def test_rank_agreement(before, now, expected):
    assert spearman(np.array(before), np.array(now)) == (None if expected is None else pytest.approx(expected))
