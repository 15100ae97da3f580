"""What all tests need."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest


def pytest_collection_finish() -> None:
    """Take what is imported by now out of the garbage collector's sight.

    MMEngine collects garbage for every data set that it builds. With all tests' imports in view that takes a third of a
    second, a quarter of many a test.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def mmaction_scope():
    """Unscoped names in configs mean MMAction2's, as in a run."""
    from mmengine.registry import DefaultScope

    import d2sp_mm.compat  # noqa: F401

    with DefaultScope.overwrite_default_scope("mmaction"):
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real data beside the repository; a test that asks for it is skipped where there is none."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder shared/data with real clips does not lie beside the repository")
    return folder
