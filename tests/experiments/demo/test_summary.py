from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.demo.settings import RECIPES, DemoSettings
from d2sp_mm.experiments.demo.summary import enrichment, recovered_gap, summarize, write_json


def _runs(plain: float, d2sp: float, oracle: float) -> dict[str, dict[str, float]]:
    return {"plain": {"top1": plain}, "d2sp": {"top1": d2sp}, "oracle": {"top1": oracle}}


def _log(settings: DemoSettings, name: str, step: int = 4) -> None:
    path = settings.work_dirs[name] / "20260101_000000" / "vis_data" / "scalars.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"acc/top1": 0.5, "acc/mean1": 0.25, "step": step}) + "\n")


def test_schema(tmp_path: Path) -> None:
    settings = DemoSettings(out=tmp_path, epochs=4)
    for recipe in RECIPES:
        _log(settings, recipe.name)
    evaluation: dict[str, Any] = {"low_quality": {"precision": None}}
    summary = summarize(settings, {recipe.name: 12.345 for recipe in RECIPES}, evaluation)
    write_json(tmp_path / "summary.json", summary)
    run = {"top1": 0.5, "uar": 0.25, "seconds": 12.3}
    expected = {"runs": dict.fromkeys(("plain", "d2sp", "random", "oracle"), run), "purification": evaluation}
    assert json.loads((tmp_path / "summary.json").read_text()) == expected


def test_a_run_without_figures_is_named(tmp_path: Path) -> None:
    settings = DemoSettings(out=tmp_path, epochs=4)
    _log(settings, "plain")
    _log(settings, "d2sp", step=3)
    with pytest.raises(DataError, match=r"d2sp: .*of the last epoch, 4; the last is of epoch 3"):
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
