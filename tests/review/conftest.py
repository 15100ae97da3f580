"""A run of six epochs, trained once for all tests of the review, and copies of it to change."""

from __future__ import annotations

import shutil

import pytest

from tests.load_tool import load_tool
from tests.review.overridden_run import config_of
from tests.tiny_run import train, write_list


@pytest.fixture(scope="session")
def tool():
    return load_tool("ledger")


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A run of six epochs with a checkpoint of each."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "data").mkdir()
    write_list(folder / "data" / "train.txt", noise=4, mislabel=8)
    (folder / "data" / "classes.txt").write_text("anger\nfear & joy\nneutral\nsad\n")
    train(config_of(folder))
    return folder


@pytest.fixture
def run(trained, tmp_path):
    """A copy of it: its work dir, and the config that goes on from the fourth epoch."""
    copy = tmp_path / "copy"
    shutil.copytree(trained, copy)
    settings = copy / "work" / "purification" / "settings.json"
    settings.write_text(settings.read_text().replace(str(trained), str(copy)))
    return copy / "work", dict(config_of(copy), resume=True, load_from=str(copy / "work" / "epoch_4.pth"))


@pytest.fixture
def finished(run):
    return run[0]
