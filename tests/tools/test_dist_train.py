"""The launch script for one machine, with one and four processes on the CPU."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.launching import dist_train, results, write_config


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("launch")
    write_config(folder)
    return folder


@pytest.mark.parametrize("processes", [1, 4])
def test_dist_train_shares_the_work_among_any_number_of_processes(folder, processes):
    said = dist_train(folder, processes)
    assert f"GPU number: {processes}" in said
    _, ledger, iterations = results(folder, f"dist{processes}")
    assert iterations == 5 * 48 // 4 // processes
    assert b",prune,quality," in ledger
