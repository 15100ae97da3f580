from __future__ import annotations

from d2sp_mm.experiments.costs.report_pages import report_costs


def test_the_page_of_some_clips(tmp_path):
    rows = report_costs(tmp_path, clips=30, drawn=16)
    strips = next(row for row in rows if "strip" in row.what)
    assert int(strips.found) == 30
