"""Means, intervals and gaps, by hand."""

from __future__ import annotations

import math

import pytest

from d2sp_mm.experiments.benchmark.summary import summarize
from tests.experiments.benchmark.result_rows import ROWS, row


def test_figures_are_those_of_seeds_that_have_a_plain_run_and_pairs_stay_pairs():
    found = summarize(ROWS, "toy", "both")
    mine = found["mine"]
    assert mine["in_run.top1"].value == pytest.approx(2 / 3) and mine["in_run.top1"].seeds == 3
    assert mine["in_run.top1_gain"].value == pytest.approx(0.2 / 3)
    assert (mine["in_run.top1_gain"].low, mine["in_run.top1_gain"].high) == (pytest.approx(0.0), pytest.approx(0.1))
    # Means first: (.1 + 0 + .1) / (.4 + .2 + 0).
    assert mine["in_run.top1_gap"].value == mine["in_run.uar_gap"].value == pytest.approx(1 / 3)
    assert mine["in_run.cost"].value == 1.0
    assert mine["mislabel.ap"].value == pytest.approx(0.6) and mine["mislabel.ap"].seeds == 2
    assert found["oracle"]["scratch.top1_gap"].value == pytest.approx(1.0)
    assert found["plain"]["in_run.top1_gain"].high == 0.0


def test_from_scratch_has_figures_of_its_own():
    found = summarize(ROWS, "toy", "both")
    mine, chain = found["mine"], found["chain"]
    assert mine["scratch.top1"].value == pytest.approx(2.2 / 3) and mine["scratch.cost"].value == 1.5
    # (.3 + .1 + 0) / (.4 + .2 + 0)
    assert mine["scratch.top1_gap"].value == pytest.approx(2 / 3) and mine["scratch.top1_gap"].seeds == 3
    assert mine["scratch.uar_gain"].value == pytest.approx(0.4 / 3)
    assert chain["scratch.top1"].seeds == 3 and chain["in_run.top1"].seeds == chain["in_run.cost"].seeds == 0


def test_a_gap_that_is_not_there_cannot_be_recovered():
    rows = [row("plain", 0, 0.9), row("oracle", 0, scratch=0.8), row("mine", 0, 0.85)]
    assert math.isnan(summarize(rows, "toy", "both")["mine"]["in_run.top1_gap"].value)
