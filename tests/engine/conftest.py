"""A run that prunes and corrects, trained once for all tests of the engine, and a config to change."""

from __future__ import annotations

import pytest

from tests.tiny_run import CORRECT, PRUNE, tiny_config, train, write_list

STAGES = dict(prune=PRUNE, correct=CORRECT)


@pytest.fixture(scope="session")
def ann_file(tmp_path_factory):
    return write_list(tmp_path_factory.mktemp("data") / "train.txt", noise=5, mislabel=8)


@pytest.fixture(scope="session")
def unbroken(ann_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unbroken")
    return train(tiny_config(folder, ann_file, stages=STAGES)), folder


@pytest.fixture
def config(tmp_path):
    return tiny_config(tmp_path / "run", write_list(tmp_path / "train.txt", noise=4, mislabel=6), stages=STAGES)
