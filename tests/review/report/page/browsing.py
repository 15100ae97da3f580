"""What a person does in the page and sees there."""

from __future__ import annotations

import json
import time

#: As ``By.CSS_SELECTOR``, so that this needs no browser to be imported.
_CSS = "css selector"
_SECONDS = 20


def wait_for(found, seconds=_SECONDS):
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, "the page did not come to it"
        time.sleep(0.05)
    return value


def cards(driver):
    return driver.find_elements(_CSS, ".card")


def keys(driver):
    return driver.execute_script("return [...document.querySelectorAll('.card')].map((card) => card.dataset.key)")


def press(driver, *pressed):
    driver.switch_to.active_element.send_keys(*pressed)


def choose(driver, name, value):
    driver.find_element(_CSS, f"select[name={name}] option[value='{value}']").click()


def focused(driver):
    return driver.execute_script("return document.activeElement.dataset.key || null")


def said(driver):
    return driver.find_element(_CSS, ".said").text


def stored(driver):
    place = driver.execute_script("return Object.keys(localStorage).find((key) => key.includes('overrides'))")
    return dict(json.loads(driver.execute_script("return localStorage.getItem(arguments[0])", place) or "[]"))


def first_of(driver, status):
    choose(driver, "status", status)
    wait_for(lambda: driver.find_elements(_CSS, f".card.{status}"))
    driver.execute_script("document.querySelector('.card').focus()")
    return focused(driver)
