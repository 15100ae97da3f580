"""The page in a real browser: filters, keys, overrides, and what is saved."""

from __future__ import annotations

import json
import shutil
import time

import pytest

from d2sp_mm.runs.override_file import read_overrides
from d2sp_mm.runs.recorded_run import read_recorded_run
from tests.load_tool import json_of, load_tool
from tests.review.report.browser import browser, find_programs
from tests.review.report.real_report import CLASSES, EVIL, config_of, data_of, make_report, make_run
from tests.tiny_run import hook_of, train

By = pytest.importorskip("selenium.webdriver.common.by").By
Keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
_SECONDS = 20


@pytest.fixture(scope="module")
def tool():
    return load_tool("ledger")


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    find_programs()
    folder = tmp_path_factory.mktemp("run")
    work_dir = make_run(folder)
    return make_report(work_dir, folder / "page", suspicious=100)


@pytest.fixture(scope="module")
def chrome(report, tmp_path_factory):
    with browser(tmp_path_factory.mktemp("downloads")) as driver:
        yield driver


@pytest.fixture
def page(chrome, report):
    """The page as a person finds it who has not been there."""
    chrome.get((report / "index.html").as_uri())
    chrome.execute_script("localStorage.clear()")
    chrome.refresh()
    wait_for(lambda: cards(chrome))
    return chrome


def wait_for(found, seconds=_SECONDS):
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, "the page did not come to it"
        time.sleep(0.05)
    return value


def cards(driver):
    return driver.find_elements(By.CSS_SELECTOR, ".card")


def keys(driver):
    return driver.execute_script("return [...document.querySelectorAll('.card')].map((card) => card.dataset.key)")


def press(driver, *pressed):
    driver.switch_to.active_element.send_keys(*pressed)


def choose(driver, name, value):
    driver.find_element(By.CSS_SELECTOR, f"select[name={name}] option[value='{value}']").click()


def focused(driver):
    return driver.execute_script("return document.activeElement.dataset.key || null")


def said(driver):
    return driver.find_element(By.CSS_SELECTOR, ".said").text


def stored(driver):
    place = driver.execute_script("return Object.keys(localStorage).find((key) => key.includes('overrides'))")
    return dict(json.loads(driver.execute_script("return localStorage.getItem(arguments[0])", place) or "[]"))


def first_of(driver, status):
    choose(driver, "status", status)
    wait_for(lambda: driver.find_elements(By.CSS_SELECTOR, f".card.{status}"))
    driver.execute_script("document.querySelector('.card').focus()")
    return focused(driver)


def saved(driver, downloads):
    for old in downloads.glob("*"):
        old.unlink()
    driver.execute_cdp_cmd("Page.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(downloads)})
    driver.execute_script("document.activeElement.blur()")
    press(driver, "s")
    return wait_for(lambda: [path for path in downloads.glob("overrides*.csv") if path.stat().st_size])[0]


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


def test_markup_in_a_file_name_is_text(page):
    assert EVIL in keys(page)
    shown = [element.text for element in page.find_elements(By.CSS_SELECTOR, ".card .key")]
    assert EVIL in shown
    options = [element.text for element in page.find_elements(By.CSS_SELECTOR, "select[name=given] option")]
    assert options == ["all", *CLASSES]
    assert page.title == "work: what was decided"


def test_filters_and_search_show_what_they_say(page, report):
    clips = data_of(report)["clips"]
    choose(page, "status", "pruned")
    pruned = {clip["key"] for clip in clips if clip["status"] == "pruned"}
    wait_for(lambda: set(keys(page)) == pruned)
    choose(page, "epoch", "2")
    wait_for(lambda: set(keys(page)) == {c["key"] for c in clips if c["status"] == "pruned" and c["epoch"] == 2})
    choose(page, "epoch", "")
    choose(page, "status", "")
    rule = next(clip["stage"] for clip in clips if clip["status"] == "relabelled")
    choose(page, "stage", rule)
    choose(page, "given", "1")
    wait_for(lambda: set(keys(page)) == {c["key"] for c in clips if c["rule"] == rule and c["given"] == 1})
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


def test_confirming_makes_the_decision_a_override_and_x_takes_it_back(page, report):
    clips = {clip["key"]: clip for clip in data_of(report)["clips"]}
    pruned = first_of(page, "pruned")
    press(page, "c")
    relabelled = first_of(page, "relabelled")
    press(page, "c")
    now = clips[relabelled]["now"]
    assert stored(page) == {pruned: {"override": "prune"}, relabelled: {"override": "relabel", "label": now}}
    press(page, "x")
    assert list(stored(page)) == [pruned]


def test_the_mouse_decides_as_well(page):
    card = cards(page)[0]
    card.find_element(By.XPATH, ".//button[normalize-space()='prune']").click()
    choice = cards(page)[1].find_element(By.CSS_SELECTOR, "select")
    choice.click()
    choice.find_element(By.CSS_SELECTOR, "option[value='2']").click()
    order = keys(page)
    assert stored(page) == {order[0]: {"override": "prune"}, order[1]: {"override": "relabel", "label": 2}}
    page.find_element(By.XPATH, "//header//button[normalize-space()='undo']").click()
    assert list(stored(page)) == [order[0]]
    first_of(page, "pruned")
    card = cards(page)[0]
    card.find_element(By.XPATH, ".//button[normalize-space()='confirm']").click()
    assert stored(page)[card.get_attribute("data-key")] == {"override": "prune"}


def test_another_label_is_chosen_by_keyboard_in_one_step(page):
    press(page, Keys.ARROW_RIGHT)
    key = focused(page)
    press(page, "r")
    wait_for(lambda: len(page.switch_to.active_element.find_elements(By.TAG_NAME, "option")) == 5)
    press(page, Keys.ARROW_DOWN)
    press(page, Keys.ARROW_DOWN)
    press(page, Keys.ARROW_DOWN)
    assert stored(page) == {key: {"override": "relabel", "label": 2}}
    press(page, Keys.ENTER)
    assert focused(page) == key
    press(page, Keys.ARROW_RIGHT)
    assert focused(page) == keys(page)[1]
    press(page, "u")
    assert stored(page) == {}


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


def test_a_clip_is_shown_larger_and_closed_without_a_mouse(page):
    press(page, Keys.ARROW_RIGHT, Keys.ENTER)
    dialog = wait_for(lambda: page.find_elements(By.CSS_SELECTOR, "dialog[open]"))[0]
    key = keys(page)[0]
    assert focused_inside(page, dialog)
    press(page, Keys.ESCAPE)
    wait_for(lambda: not page.find_elements(By.CSS_SELECTOR, "dialog[open]"))
    assert focused(page) == key
    press(page, Keys.ENTER)
    wait_for(lambda: page.find_elements(By.CSS_SELECTOR, "dialog[open]"))[0].find_element(By.CSS_SELECTOR, ".close").click()
    wait_for(lambda: not page.find_elements(By.CSS_SELECTOR, "dialog[open]"))
    assert focused(page) == key


def focused_inside(driver, dialog):
    return driver.execute_script("return arguments[0].contains(document.activeElement)", dialog)


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
