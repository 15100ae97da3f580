"""The results file."""

from __future__ import annotations

import json

import pytest
from mmengine.config import Config

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.benchmark.results import Results, Trained
from d2sp_mm.experiments.benchmark.run import Run
from d2sp_mm.experiments.benchmark.trial import NoisySplit, Trial

TRIAL = Trial(NoisySplit("toy", "both", 3), "d2sp")
FIGURES = {"in_run": {"top1": 0.5}, "scratch": None, "max_epochs": 40, "evaluation": None}


def test_what_was_added_is_read_again_and_the_later_line_counts(tmp_path):
    results = Results(tmp_path / "r.jsonl")
    results.add(TRIAL, FIGURES)
    results.add(TRIAL, {**FIGURES, "scratch": {"top1": 0.6}})
    again = Results(tmp_path / "r.jsonl")
    assert TRIAL in again and len(again) == 1 and again[TRIAL]["scratch"]["top1"] == 0.6


def test_an_incomplete_last_line_is_left_out_and_harms_no_other(tmp_path):
    path = tmp_path / "r.jsonl"
    Results(path).add(TRIAL, FIGURES)
    path.write_text(path.read_text() + '{"data_set": "to')
    results = Results(path)
    other = TRIAL.plain
    results.add(other, FIGURES)
    assert {TRIAL, other} == {trial for trial in (TRIAL, other) if trial in Results(path)}


def _trained(folder, accuracies, passes=None):
    run = Run(folder, Config(dict(train_cfg=dict(max_epochs=len(accuracies)))), 1.0, passes=passes)
    scalars = run.tested / "20260101_000000" / "vis_data" / "scalars.json"
    scalars.parent.mkdir(parents=True)
    tests = [{"acc/top1": top1, "acc/mean1": top1 / 2, "step": epoch} for epoch, top1 in enumerate(accuracies, 1)]
    scalars.write_text("".join(json.dumps(test) + "\n" for test in tests))
    return Trained(run, 1.0)


@pytest.mark.parametrize("passes", [None, 2])
def test_a_figure_is_the_mean_of_the_last_three_epochs(tmp_path, passes):
    figures = _trained(tmp_path, [0.9, 0.3, 0.4, 0.8], passes).figures()
    assert figures["top1"] == pytest.approx(0.5) and figures["uar"] == pytest.approx(0.25)


def test_a_schedule_of_two_epochs_has_two_that_count_and_one_untested_is_named(tmp_path):
    assert _trained(tmp_path / "two", [0.2, 0.4]).figures()["top1"] == pytest.approx(0.3)
    untested = _trained(tmp_path / "four", [0.1, 0.2, 0.3, 0.4])
    scalars = next((tmp_path / "four").rglob("scalars.json"))
    scalars.write_text("".join(scalars.read_text().splitlines(keepends=True)[::2]))
    with pytest.raises(DataError, match=r"epoch 2, one of the last .*mean_class_accuracy"):
        untested.figures()


@pytest.mark.parametrize(("line", "words"), [("nonsense\n", "line 1: is no JSON"), ('{"seed": 1}\n', "has no 'data_set'")])
def test_a_line_that_is_no_result_is_named(tmp_path, line, words):
    (tmp_path / "r.jsonl").write_text(line)
    with pytest.raises(DataError, match=words):
        Results(tmp_path / "r.jsonl")
