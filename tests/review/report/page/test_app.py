"""The page as a whole, in a real browser: what it loads, keys, themes, sizes."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.review.report.browser import browser
from tests.review.report.page.browsing import cards, choose, focused, keys, press, said, stored, wait_for
from tests.review.report.real_report import data_of

By = pytest.importorskip("selenium.webdriver.common.by").By
Keys = pytest.importorskip("selenium.webdriver.common.keys").Keys


def test_the_page_opens_from_disk_with_nothing_missing_and_nothing_asked_elsewhere(page):
    page.get_log("performance")
    page.refresh()
    wait_for(lambda: cards(page))
    page.execute_script("document.querySelectorAll('img').forEach((image) => image.loading = 'eager')")
    wait_for(lambda: page.execute_script("return [...document.images].every((image) => image.complete)"))
    assert page.execute_script("return [...document.images].filter((image) => !image.naturalWidth).length") == 0
    messages = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    assert len(asked) > 10 and {address.partition(":")[0] for address in asked} == {"file", "data"}
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_keys_go_from_clip_to_clip_and_decide(page):
    page.execute_script("document.activeElement.blur()")
    order = keys(page)
    press(page, Keys.ARROW_RIGHT)
    assert focused(page) == order[0]
    press(page, Keys.ARROW_RIGHT)
    assert focused(page) == order[1]
    press(page, Keys.ARROW_DOWN)
    columns = order.index(focused(page)) - 1
    assert columns > 1
    press(page, Keys.ARROW_UP, Keys.ARROW_LEFT)
    assert focused(page) == order[0]
    press(page, Keys.END)
    assert focused(page) == order[-1]
    press(page, Keys.HOME, "p")
    press(page, Keys.ARROW_RIGHT, "k")
    press(page, Keys.ARROW_RIGHT, "3")
    given = [{"override": "prune"}, {"override": "keep"}, {"override": "relabel", "label": 3}]
    assert stored(page) == dict(zip(order, given))
    assert page.find_element(By.CSS_SELECTOR, ".done").text == "3 overrides"
    press(page, "u")
    assert order[2] not in stored(page) and said(page) == f"undone: {order[2]}"
    press(page, "uuu")
    assert stored(page) == {} and said(page) == "nothing to undo"


def test_a_number_beyond_the_classes_decides_nothing(page):
    press(page, Keys.ARROW_RIGHT, "9")
    assert stored(page) == {}


def test_themes_are_switched_and_kept(page):
    def theme():
        return page.execute_script("return document.documentElement.dataset.theme")

    def ground():
        return page.execute_script("return getComputedStyle(document.documentElement).backgroundColor")

    before, colour = theme(), ground()
    page.find_element(By.XPATH, "//header//button[normalize-space()='dark' or normalize-space()='light']").click()
    assert theme() != before and ground() != colour
    after = theme()
    page.refresh()
    wait_for(lambda: cards(page))
    assert theme() == after
    charts = page.find_elements(By.CSS_SELECTOR, ".charts img")
    assert {chart.get_attribute("class") for chart in charts if chart.is_displayed()} == {f"on-{after}"}


@pytest.mark.parametrize("dark", [False, True])
def test_on_a_phone_nothing_is_wider_than_the_screen(report, tmp_path, dark):
    with browser(tmp_path, dark=dark) as driver:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
        )
        driver.get((report / "index.html").as_uri())
        wait_for(lambda: cards(driver))
        widths = driver.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
        assert widths == [390, 390]


def test_twenty_thousand_clips_are_paged_through_without_a_stall(report, tmp_path):
    out = tmp_path / "page"
    shutil.copytree(report, out)
    data = data_of(out)
    data["clips"] = [dict(data["clips"][i % len(data["clips"])], key=f"many/{i:05d}.mp4") for i in range(20_000)]
    (out / "data.js").write_text(f"window.D2SP = {json.dumps(data)};\n")
    with browser(tmp_path) as driver:
        driver.get((out / "index.html").as_uri())
        wait_for(lambda: cards(driver))
        assert "20000 of 20000" in driver.find_element(By.CSS_SELECTOR, ".found").text
        # From a key to the frame that shows what it did; the machine may be busy, so the median of several.
        measure = """
            const [pressed, done] = [arguments[0], arguments[1]];
            const begin = performance.now();
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: pressed, bubbles: true }));
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin)));
        """
        times = []
        for page in range(2, 13):
            times.append(driver.execute_async_script(measure, "n"))
            wait_for(lambda page=page: f"page {page} of 417" in driver.find_element(By.CSS_SELECTOR, ".pager").text)
        assert sorted(times)[len(times) // 2] < 500, times
        choose(driver, "order", "key")
        wait_for(lambda: keys(driver)[0] == "many/00000.mp4")
        press(driver, Keys.ESCAPE)
        press(driver, "/")
        press(driver, "19999")
        wait_for(lambda: keys(driver) == ["many/19999.mp4"])
