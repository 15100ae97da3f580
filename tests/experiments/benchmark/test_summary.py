"""Means, intervals and gaps, by hand."""

from __future__ import annotations

import math

import pytest

from d2sp_mm.experiments.benchmark.summary import summarize
from tests.experiments.benchmark.result_rows import ROWS, row


def test_figures_are_those_of_seeds_that_have_a_plain_run_and_pairs_stay_pairs():
    found = summarize(ROWS, "toy", "both")
    mine = found["mine"]
    assert mine["top1"].value == pytest.approx(2 / 3) and mine["top1"].seeds == 3
    assert mine["gain"].value == pytest.approx(0.2 / 3)
    assert (mine["gain"].low, mine["gain"].high) == (pytest.approx(0.0), pytest.approx(0.1))
    # Means first: (.1 + 0 + .1) / (.4 + .2 + 0).
    assert mine["gap"].value == pytest.approx(1 / 3)
    assert mine["epochs"].value == 0.5 and mine["time"].value == pytest.approx(1.5)
    assert mine["mislabel.ap"].value == pytest.approx(0.6) and mine["mislabel.ap"].seeds == 2
    assert found["oracle"]["gap"].value == pytest.approx(1.0)
    assert found["plain"]["gain"].high == 0.0


def test_a_gap_that_is_not_there_cannot_be_recovered():
    rows = [row("plain", 0, 0.9), row("oracle", 0, 0.8), row("mine", 0, 0.85)]
    assert math.isnan(summarize(rows, "toy", "both")["mine"]["gap"].value)
