"""A run and its page, made once for all tests of the report."""

from __future__ import annotations

import pytest

from tests.review.report.real_report import make_report, make_run


@pytest.fixture(scope="session")
def work_dir(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="session")
def report(work_dir):
    return make_report(work_dir, work_dir / "report", suspicious=5)
