from __future__ import annotations

from typing import Any

import pytest

from d2sp_mm.experiments.demo.summary import seeds_table, spread_over_seeds
from d2sp_mm.experiments.protocol.markdown_table import as_markdown


def _summary(top1: float, precision: float | None) -> dict[str, Any]:
    names = ("plain", "d2sp", "random", "oracle")
    runs = {name: {"top1": top1 + 0.1 * i, "uar": 0.3, "seconds": 10.0} for i, name in enumerate(names)}
    return {"runs": runs, "purification": {"low_quality": {"precision": precision}}}


def test_mean_and_sample_deviation_of_every_figure() -> None:
    spread = spread_over_seeds([_summary(0.4, 0.5), _summary(0.6, None), _summary(0.5, 0.7)])
    assert spread["runs"]["plain"]["top1"] == {"mean": pytest.approx(0.5), "deviation": pytest.approx(0.1)}
    assert spread["purification"]["low_quality"]["precision"]["mean"] == pytest.approx(0.6)


def test_one_seed_and_no_figure_at_all() -> None:
    spread = spread_over_seeds([_summary(0.4, None)])
    assert spread["runs"]["d2sp"]["top1"] == {"mean": 0.5, "deviation": 0.0}
    assert spread["purification"]["low_quality"]["precision"] == {"mean": None, "deviation": None}


def test_table_has_the_gap_of_the_means() -> None:
    spread = spread_over_seeds([_summary(0.4, None), _summary(0.6, None)])
    text = as_markdown(seeds_table(spread["runs"], 2))
    assert "| d2sp | prunes, then corrects | 60.0 ± 14.1 % | 30.0 ± 0.0 % | 33 % | 10 |" in text.splitlines()
