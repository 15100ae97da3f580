"""Filters, search and order, in a real browser."""

from __future__ import annotations

import pytest

from tests.review.report.page.browsing import choose, keys, press, wait_for
from tests.review.report.real_report import data_of

By = pytest.importorskip("selenium.webdriver.common.by").By
Keys = pytest.importorskip("selenium.webdriver.common.keys").Keys


def test_filters_and_search_show_what_they_say(page, report):
    clips = data_of(report)["clips"]
    choose(page, "status", "pruned")
    pruned = {clip["key"] for clip in clips if clip["status"] == "pruned"}
    wait_for(lambda: set(keys(page)) == pruned)
    choose(page, "epoch", "2")
    wait_for(lambda: set(keys(page)) == {c["key"] for c in clips if c["status"] == "pruned" and c["epoch"] == 2})
    choose(page, "epoch", "")
    choose(page, "status", "")
    stage = next(clip["stage"] for clip in clips if clip["status"] == "relabelled")
    choose(page, "stage", stage)
    choose(page, "given", "1")
    wait_for(lambda: set(keys(page)) == {c["key"] for c in clips if c["stage"] == stage and c["given"] == 1})
    choose(page, "stage", "")
    choose(page, "given", "")
    press(page, Keys.ESCAPE)
    press(page, "/")
    press(page, "GOOD_2")
    wait_for(lambda: set(keys(page)) == {clip["key"] for clip in clips if "good_2" in clip["key"]})
    press(page, "none such")
    wait_for(lambda: "No clip is like that" in page.find_element(By.TAG_NAME, "main").text)


def test_the_worst_come_first(page, report):
    clips = {clip["key"]: clip for clip in data_of(report)["clips"]}
    shown = [(clips[key]["strip"] is None, clips[key]["score"]) for key in keys(page)]
    assert shown == sorted(shown, key=lambda pair: (pair[0], 2 if pair[1] is None else pair[1]))
