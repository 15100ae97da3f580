"""The card of a clip, in a real browser."""

from __future__ import annotations

import pytest

from tests.review.report.page.browsing import cards, first_of, focused, keys, press, stored, wait_for
from tests.review.report.real_report import CLASSES, EVIL

By = pytest.importorskip("selenium.webdriver.common.by").By
Keys = pytest.importorskip("selenium.webdriver.common.keys").Keys


def focused_inside(driver, dialog):
    return driver.execute_script("return arguments[0].contains(document.activeElement)", dialog)


def test_markup_in_a_file_name_is_text(page):
    assert EVIL in keys(page)
    shown = [element.text for element in page.find_elements(By.CSS_SELECTOR, ".card .key")]
    assert EVIL in shown
    options = [element.text for element in page.find_elements(By.CSS_SELECTOR, "select[name=given] option")]
    assert options == ["all", *CLASSES]
    assert page.title == "work: what was decided"


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
