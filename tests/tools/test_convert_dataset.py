"""The command that converts a set."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.compat.environments import ROOT, environment
from tests.datasets.converters import trees
from tests.load_tool import tool_path


def call(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", str(tool_path("convert_dataset")), *map(str, arguments)]
    env = {**environment(), "PYTHONPATH": str(ROOT), "COLUMNS": "150"}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=100)


def test_it_says_what_was_found_and_how_that_differs_from_what_is_published(tmp_path):
    done = call("dfew", trees.make_dfew(tmp_path / "set"), "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "WARNING: fold2_test: 7 clips, published are 2,341 (-2,334)." in done.stdout
    row = next(line for line in done.stdout.splitlines() if "fold1_train" in line)
    assert [int(cell) for cell in row.replace("│", " ").split()[1:]] == [4] * 7 + [28]
    assert (tmp_path / "out" / "fold5_test.txt").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["mafw", "absent", "--out", "new"], "root='absent' is no folder"),
        (["dfew", ".", "--out", "tools"], "out='tools' holds something already"),
        (["dfew", ".", "--out", "new", "--min-agreement", "2"], "min_agreement=2.0 must be a share"),
    ],
)
def test_a_mistake_is_one_line(arguments, words, monkeypatch):
    monkeypatch.chdir(ROOT)
    done = call(*arguments)
    assert done.returncode == 1 and done.stderr.startswith("convert_dataset: ") and words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
