"""The results file."""

from __future__ import annotations

import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.benchmark.results import Results
from d2sp_mm.experiments.benchmark.trial import NoisySplit, Trial

TRIAL = Trial(NoisySplit("toy", "both", 3), "d2sp")
FIGURES = {
    "top1": 0.5, "uar": 0.4, "epochs": 40.0, "max_epochs": 40, "iteration_seconds": None, "evaluation": None,
}  # fmt: skip


def test_what_was_added_is_read_again_and_the_later_line_counts(tmp_path):
    results = Results(tmp_path / "r.jsonl")
    results.add(TRIAL, FIGURES)
    results.add(TRIAL, {**FIGURES, "top1": 0.6})
    again = Results(tmp_path / "r.jsonl")
    assert TRIAL in again and len(again) == 1 and again[TRIAL]["top1"] == 0.6


def test_an_incomplete_last_line_is_left_out_and_harms_no_other(tmp_path):
    path = tmp_path / "r.jsonl"
    Results(path).add(TRIAL, FIGURES)
    path.write_text(path.read_text() + '{"data_set": "to')
    results = Results(path)
    other = TRIAL.plain
    results.add(other, FIGURES)
    assert {TRIAL, other} == {trial for trial in (TRIAL, other) if trial in Results(path)}


@pytest.mark.parametrize(("line", "words"), [("nonsense\n", "line 1: is no JSON"), ('{"seed": 1}\n', "has no 'data_set'")])
def test_a_line_that_is_no_result_is_named(tmp_path, line, words):
    (tmp_path / "r.jsonl").write_text(line)
    with pytest.raises(DataError, match=words):
        Results(tmp_path / "r.jsonl")
