from __future__ import annotations

import pytest

from d2sp_mm.experiments.benchmark.suite import Method
from d2sp_mm.experiments.benchmark.summary import Estimate, summarize
from d2sp_mm.experiments.benchmark.tables import MISLABEL, TOP1, figures_table, text
from tests.experiments.benchmark.result_rows import ROWS


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
    methods = {name: Method(role="control") for name in ("plain", "oracle", "mine", "chain", "absent")}
    figures = summarize(ROWS, "toy", "both")
    table = figures_table("t", figures, methods, TOP1)
    assert list(table.columns[0].cells) == ["plain", "oracle", "mine", "chain"]
    assert list(table.columns[3].cells) == ["1.00 x", "-", "1.00 x", "-"]
    assert list(table.columns[6].cells) == ["-", "1.50 x", "1.50 x", "1.50 x"]
    assert list(figures_table("t", figures, methods, MISLABEL).columns[0].cells) == ["mine"]
