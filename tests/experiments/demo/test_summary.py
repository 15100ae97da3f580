from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.demo.settings import RECIPES, DemoSettings
from d2sp_mm.experiments.demo.summary import (
    enrichment,
    enrichment_line,
    epoch_curves,
    recovered_gap,
    runs_table,
    seeds_table,
    spread_over_seeds,
    summarize,
    write_json,
)
from d2sp_mm.experiments.protocol.markdown_table import as_markdown

_LOG: list[dict[str, Any]] = [
    {"loss": 2.0, "top1_acc": 0.25, "epoch": 1, "iter": 1, "step": 1},
    {"loss": 1.8, "top1_acc": 0.75, "epoch": 1, "iter": 2, "step": 2},
    {"acc/top1": 0.9, "acc/mean1": 0.8, "step": 1},
    {"loss": 1.0, "top1_acc": 1.0, "epoch": 2, "iter": 3, "step": 3},
    {"purification/pruned": 4, "step": 2},
    {"acc/top1": 0.5, "acc/mean1": 0.4, "step": 2},
]


def test_curves_have_one_value_an_epoch() -> None:
    curves = epoch_curves(_LOG)
    assert curves.epochs.tolist() == [1, 2]
    assert curves.losses.tolist() == [1.8, 1.0]
    assert curves.accuracies.tolist() == [0.5, 1.0]


def _runs(plain: float, d2sp: float, oracle: float) -> dict[str, dict[str, float]]:
    return {"plain": {"top1": plain}, "d2sp": {"top1": d2sp}, "oracle": {"top1": oracle}}


def _write_log(folder: Path, start: str, epochs: int, tests: dict[int, float]) -> None:
    path = folder / start / "vis_data" / "scalars.json"
    path.parent.mkdir(parents=True)
    lines: list[dict[str, float]] = [{"loss": 1.0, "epoch": epoch} for epoch in range(1, epochs + 1)]
    lines += [{"acc/top1": top1, "acc/mean1": top1 / 2, "step": step} for step, top1 in tests.items()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


_TESTS = {1: 0.9, 2: 0.4, 3: 0.5, 4: 0.6}


def test_schema(tmp_path: Path) -> None:
    settings = DemoSettings(out=tmp_path, epochs=4)
    for recipe in RECIPES:
        folder = settings.work_dirs[recipe.name]
        if recipe.purify:
            _write_log(folder / "pass_1", "20260101_000000", 3, {})
        _write_log(folder / "final" if recipe.purify else folder, "20260102_000000", 4, _TESTS)
    evaluation: dict[str, Any] = {"low_quality": {"precision": None}}
    summary = summarize(settings, {recipe.name: 12.345 for recipe in RECIPES}, evaluation)
    write_json(tmp_path / "summary.json", summary)
    run = {"top1": pytest.approx(0.5), "uar": pytest.approx(0.25), "cost": 1.0, "seconds": 12.3}
    runs = {**dict.fromkeys(("plain", "random", "d2sp", "passes", "oracle"), run), "passes": {**run, "cost": 1.75}}
    written = json.loads((tmp_path / "summary.json").read_text())
    assert written == {"runs": runs, "purification": evaluation} and list(written["runs"]) == list(runs)


def test_a_run_without_figures_is_named(tmp_path: Path) -> None:
    settings = DemoSettings(out=tmp_path, epochs=4)
    _write_log(settings.work_dirs["plain"], "20260101_000000", 4, _TESTS)
    _write_log(settings.work_dirs["random"], "20260101_000000", 4, {4: 0.5})
    with pytest.raises(DataError, match=r"random: epoch 2, one of the last 3"):
        summarize(settings, {recipe.name: 1.0 for recipe in RECIPES}, {})


@pytest.mark.parametrize(
    ("runs", "gap"),
    [
        (_runs(0.5, 0.6, 0.9), 0.25),
        (_runs(0.5, 0.4, 0.9), -0.25),
        (_runs(0.5, 0.6, 0.5), None),
        (_runs(0.5, 0.6, 0.4), None),
    ],
)
def test_recovered_gap(runs: dict[str, dict[str, float]], gap: float | None) -> None:
    assert recovered_gap(runs, "d2sp") == (None if gap is None else pytest.approx(gap))


def test_enrichment_is_precision_over_the_planted_rate() -> None:
    assert enrichment({"low_quality": {"planted": 10, "precision": 0.6}}, 100) == pytest.approx(6)
    assert enrichment({"low_quality": {"planted": 10, "precision": None}}, 100) is None
    assert enrichment({"low_quality": {"planted": 0, "precision": 0.0}}, 100) is None


def test_table_of_the_runs() -> None:
    tops = {"plain": 0.5, "random": 0.45, "d2sp": 0.6, "passes": 0.65, "oracle": 0.7}
    runs = {name: {"top1": top1, "uar": 0.5, "cost": 1.0, "seconds": 61.4} for name, top1 in tops.items()}
    runs["passes"]["cost"] = 1.725
    rows = as_markdown(runs_table(runs)).splitlines()[4:]
    assert [row.split(" | ")[2:] for row in rows] == [
        ["50.0 %", "50.0 %", "-", "1.00", "61 |"],
        ["45.0 %", "50.0 %", "-25 %", "1.00", "61 |"],
        ["60.0 %", "50.0 %", "50 %", "1.00", "61 |"],
        ["65.0 %", "50.0 %", "75 %", "1.73", "61 |"],
        ["70.0 %", "50.0 %", "100 %", "1.00", "61 |"],
    ]


def test_enrichment_in_words() -> None:
    summary = {"runs": {}, "purification": {"low_quality": {"planted": 10, "precision": 0.65}}}
    assert "is 6.5 times richer" in enrichment_line(summary, 100)
    nothing = {"runs": {}, "purification": {"low_quality": {"planted": 10, "precision": None}}}
    assert "Nothing was pruned" in enrichment_line(nothing, 100)


def _seed_summary(top1: float, precision: float | None) -> dict[str, Any]:
    names = ("plain", "passes", "random", "oracle")
    runs = {name: {"top1": top1 + 0.1 * i, "uar": 0.3, "cost": 1.5, "seconds": 10.0} for i, name in enumerate(names)}
    return {"runs": runs, "purification": {"low_quality": {"precision": precision}}}


def test_mean_and_sample_deviation_of_every_figure() -> None:
    spread = spread_over_seeds([_seed_summary(0.4, 0.5), _seed_summary(0.6, None), _seed_summary(0.5, 0.7)])
    assert spread["runs"]["plain"]["top1"] == {"mean": pytest.approx(0.5), "deviation": pytest.approx(0.1)}
    assert spread["purification"]["low_quality"]["precision"]["mean"] == pytest.approx(0.6)


def test_one_seed_and_no_figure_at_all() -> None:
    spread = spread_over_seeds([_seed_summary(0.4, None)])
    assert spread["runs"]["passes"]["top1"] == {"mean": 0.5, "deviation": 0.0}
    assert spread["purification"]["low_quality"]["precision"] == {"mean": None, "deviation": None}


def test_table_has_the_gap_of_the_means() -> None:
    spread = spread_over_seeds([_seed_summary(0.4, None), _seed_summary(0.6, None)])
    lines = as_markdown(seeds_table(spread["runs"], 2)).splitlines()
    assert [line.partition("scratch ")[2] for line in lines if line.startswith("| passes |")] == [
        "| 60.0 ± 14.1 % | 30.0 ± 0.0 % | 33 % | 1.50 | 10 |"
    ]
