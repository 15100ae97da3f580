"""Take the pictures of docs/review/: python -m tests.review.report.write_screenshots WORK_DIR."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2

from d2sp_mm.review.report import ReportOptions, write_report
from tests.review.report.browser import browser

_DOCS = Path(__file__).resolve().parents[3] / "docs" / "review"
_PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}


def _take(driver: Any, page: Path, name: str, theme: str) -> None:
    from selenium.webdriver.common.by import By

    driver.get(page.as_uri())
    driver.execute_script("localStorage.clear(); localStorage.setItem('d2sp_mm theme', arguments[0])", theme)
    driver.refresh()
    driver.find_element(By.CSS_SELECTOR, "select[name=status] option[value=relabelled]").click()
    time.sleep(1)
    driver.execute_script("document.querySelector('.card').focus({ preventScroll: true })")
    driver.switch_to.active_element.send_keys("c")
    if name == "phone":
        driver.execute_script("document.querySelector('.gallery').scrollIntoView(); scrollBy(0, -110)")
    time.sleep(1)
    path = _DOCS / f"{name}.png"
    driver.save_screenshot(str(path))
    # A page in a repository is read by many.
    picture = cv2.imread(str(path))
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])


def main(work_dir: Path) -> None:
    """Write a page of the run, and take it in both themes and on a phone."""
    _DOCS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        page, why = write_report(work_dir, Path(folder) / "page", ReportOptions(), lambda total: lambda: None)
        if why:
            raise SystemExit(why)
        for theme in ("light", "dark"):
            with browser(Path(folder), 1300, 1500) as driver:
                _take(driver, page, theme, theme)
        with browser(Path(folder)) as driver:
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", _PHONE)
            _take(driver, page, "phone", "light")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
