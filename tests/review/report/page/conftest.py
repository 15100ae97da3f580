"""The page in a real browser."""

from __future__ import annotations

import pytest

from tests.review.report.browser import browser, find_programs
from tests.review.report.page.browsing import cards, wait_for
from tests.review.report.real_report import make_report


@pytest.fixture(scope="session")
def report(request, tmp_path_factory):
    """A page of all clips; nothing is trained for it where there is no browser."""
    find_programs()
    return make_report(request.getfixturevalue("work_dir"), tmp_path_factory.mktemp("all") / "page", suspicious=100)


@pytest.fixture(scope="session")
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
