"""Debian's Chromium, driven headless."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def find_programs() -> tuple[str, str]:
    """The browser and its driver; the test is skipped where either is missing."""
    pytest.importorskip("selenium")
    program, driver = shutil.which("chromium") or shutil.which("chromium-browser"), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("Chromium and its driver are not installed (Debian: chromium, chromium-driver)")
    return program, driver


@contextmanager
def browser(downloads: Path, width: int = 1400, height: int = 1000, dark: bool = False) -> Iterator[Any]:
    """A browser that saves what a page hands out into a folder."""
    program, driver_program = find_programs()
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    options = ChromeOptions()
    options.binary_location = program
    # A container has neither the user namespaces of the sandbox nor a large /dev/shm.
    words = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    for word in [*words, f"--window-size={width},{height}"]:
        options.add_argument(word)
    if dark:
        options.add_argument("--force-dark-mode")
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options, ChromeService(driver_program))
    try:
        driver.set_page_load_timeout(60)
        yield driver
    finally:
        driver.quit()
