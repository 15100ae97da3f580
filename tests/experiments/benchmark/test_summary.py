"""Means, intervals and gaps, by hand."""

from __future__ import annotations

import math

import pytest

from d2sp_mm.experiments.benchmark.suite import Method
from d2sp_mm.experiments.benchmark.summary import Estimate, summarize
from d2sp_mm.experiments.benchmark.tables import ACCURACY, MISLABEL, figures_table, text


def _row(method, seed, top1, evaluation=None, **more):
    row = {
        "data_set": "toy", "noise": "both", "seed": seed, "method": method, "top1": top1, "uar": top1 - 0.1, "epochs": 20.0,
        "max_epochs": 40, "iteration_seconds": 0.3, "plain_seconds": 0.2, "evaluation": evaluation,
    }  # fmt: skip
    return {**row, **more}


ROWS = [
    *[_row("plain", seed, top1) for seed, top1 in enumerate((0.5, 0.6, 0.7))],
    *[_row("oracle", seed, top1) for seed, top1 in enumerate((0.9, 0.8, 0.7))],
    *[_row("mine", seed, top1, {"mislabel": {"ap": a}}) for seed, top1, a in ((0, 0.6, 0.4), (1, 0.6, None), (2, 0.8, 0.8))],
    _row("mine", 7, 0.1),
    _row("mine", 0, 0.1, noise="clean"),
]


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
    rows = [_row("plain", 0, 0.9), _row("oracle", 0, 0.8), _row("mine", 0, 0.85)]
    assert math.isnan(summarize(rows, "toy", "both")["mine"]["gap"].value)


@pytest.mark.parametrize(
    ("estimate", "kind", "expected"),
    [
        (Estimate(0.712, 0.69, 0.7311, 5), "percent", "71.2 (69.0 to 73.1) %"),
        (Estimate(0.016, -0.01, 0.03, 5), "points", "+1.6 (-1.0 to +3.0)"),
        (Estimate(0.5, 0.5, 0.5, 5), "share", "50 %"),
        (Estimate(0.5, float("nan"), float("nan"), 1), "decimal", "0.50"),
        (Estimate(float("nan"), float("nan"), float("nan"), 0), "factor", "-"),
    ],
)
def test_a_figure_is_written_with_its_interval(estimate, kind, expected):
    assert text(estimate, kind) == expected


def test_a_method_without_any_of_the_figures_has_no_row():
    methods = {name: Method(role="control") for name in ("plain", "oracle", "mine", "absent")}
    figures = summarize(ROWS, "toy", "both")
    assert list(figures_table("t", figures, methods, ACCURACY).columns[0].cells) == ["plain", "oracle", "mine"]
    assert list(figures_table("t", figures, methods, MISLABEL).columns[0].cells) == ["mine"]
