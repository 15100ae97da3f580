"""Overrides, in a real browser: kept, saved, and taken into the run."""

from __future__ import annotations

import json

import pytest

from d2sp_mm.runs.override_file import read_overrides
from d2sp_mm.runs.recorded_run import read_recorded_run
from tests.load_tool import json_of
from tests.review.report.browser import browser, find_programs
from tests.review.report.page.browsing import cards, choose, first_of, focused, keys, press, stored, wait_for
from tests.review.report.real_report import config_of, data_of, make_report, make_run
from tests.tiny_run import hook_of, train

By = pytest.importorskip("selenium.webdriver.common.by").By
Keys = pytest.importorskip("selenium.webdriver.common.keys").Keys


def saved(driver, downloads):
    for old in downloads.glob("*"):
        old.unlink()
    driver.execute_cdp_cmd("Page.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(downloads)})
    driver.execute_script("document.activeElement.blur()")
    press(driver, "s")
    return wait_for(lambda: [path for path in downloads.glob("overrides*.csv") if path.stat().st_size])[0]


def test_confirming_makes_the_decision_an_override_and_x_takes_it_back(page, report):
    clips = {clip["key"]: clip for clip in data_of(report)["clips"]}
    pruned = first_of(page, "pruned")
    press(page, "c")
    relabelled = first_of(page, "relabelled")
    press(page, "c")
    now = clips[relabelled]["now"]
    assert stored(page) == {pruned: {"override": "prune"}, relabelled: {"override": "relabel", "label": now}}
    press(page, "x")
    assert list(stored(page)) == [pruned]


def test_overrides_on_clips_that_the_page_does_not_show_are_kept_and_saved(page, tmp_path):
    press(page, Keys.ARROW_RIGHT, "k")
    key = focused(page)
    place = page.execute_script("return Object.keys(localStorage).find((key) => key.includes('overrides'))")
    other = ["elsewhere.mp4", {"override": "prune"}]
    both = [*stored(page).items(), other]
    page.execute_script("localStorage.setItem(arguments[0], arguments[1])", place, json.dumps(both))
    page.refresh()
    wait_for(lambda: cards(page))
    press(page, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, "p")
    assert {key, "elsewhere.mp4"} < set(stored(page)) and len(stored(page)) == 3
    assert "elsewhere.mp4,prune," in saved(page, tmp_path).read_text()


def test_progress_outlives_the_page(page):
    press(page, Keys.ARROW_RIGHT, "k")
    key = focused(page)
    page.refresh()
    wait_for(lambda: cards(page))
    assert list(stored(page)) == [key]
    choose(page, "overridden", "yes")
    wait_for(lambda: keys(page) == [key])


def test_overrides_go_from_the_browser_into_the_run_and_stand_when_it_trains_on(tool, tmp_path, capsys):
    """The whole round: train, look, ten overrides, apply, train on, undo everything."""
    find_programs()
    work_dir = make_run(tmp_path)
    given = (tmp_path / "data" / "train.txt").read_bytes()
    out = make_report(work_dir, tmp_path / "page", suspicious=100)
    clips = {clip["key"]: clip for clip in data_of(out)["clips"]}
    with browser(tmp_path / "downloads") as driver:
        driver.get((out / "index.html").as_uri())
        wait_for(lambda: cards(driver))
        for status, pressed in (("pruned", "kp2"), ("relabelled", "kpc"), ("kept", "p13k")):
            first_of(driver, status)
            for key in pressed:
                press(driver, key, Keys.ARROW_RIGHT)
        choose(driver, "status", "")
        wanted = stored(driver)
        path = saved(driver, tmp_path / "downloads")
    assert len(wanted) == 10
    shown = json_of(tool, capsys, "apply", work_dir, path)
    assert shown["overrides"] == 10
    run = read_recorded_run(work_dir)
    assert {run.ledger.keys[i] for i in read_overrides(path, run.ledger)} == set(wanted)
    expected = {
        key: None if v["override"] == "prune" else v["label"] if v["override"] == "relabel" else clips[key]["given"]
        for key, v in wanted.items()
    }
    config = dict(config_of(tmp_path), resume=True, load_from=str(work_dir / "epoch_4.pth"))
    ledger = hook_of(train(config)).ledger
    assert ledger.overridden.sum() == 10
    purified = work_dir / "purification" / "train_purified.txt"
    found = dict(line.rsplit("|", 1) for line in purified.read_text().splitlines())
    assert {key: found.get(key) for key in expected} == {k: None if v is None else str(v) for k, v in expected.items()}
    json_of(tool, capsys, "undo", work_dir, "--all")
    assert purified.read_bytes() == given
