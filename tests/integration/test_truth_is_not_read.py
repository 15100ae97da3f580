"""Training learns from the noisy list alone: it opens no file that knows the truth, and needs none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from d2sp_mm.experiments.toy.dataset import make_toy_dfer
from tests.compat.environments import ROOT, environment

SCRIPT = Path(__file__).with_name("train_on_the_toy_set.py")
#: The files of a toy set, or of tools/analysis_tools/inject_noise.py, that tell what training must find out.
TELLING = ("truth.csv", "clips.csv", "train_oracle.txt", "noise.json", "toy.json")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """One run beside the truth, and one where it is gone, of the same set under the same path."""
    folder = tmp_path_factory.mktemp("truth")
    toy = make_toy_dfer(
        folder / "toy", num_train=40, num_test=7, low_quality_rate=0.3, image_size=32, num_frames=4, workers=1
    )
    assert {"truth.csv", "clips.csv", "train_oracle.txt"} <= {path.name for path in toy.iterdir()}
    found = []
    for name in ("beside", "without"):
        command = [sys.executable, "-W", "ignore", str(SCRIPT), str(toy), str(folder / name)]
        env = {**environment(), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-3000:]
        found.append(json.loads((folder / name / "found.json").read_text(encoding="utf-8")))
        for telling in TELLING:
            (toy / telling).unlink(missing_ok=True)
    return found


def test_training_opens_the_noisy_list_and_the_clips_and_nothing_that_tells(runs):
    opened = [Path(path) for path in runs[0]["opened"]]
    names = {path.name for path in opened}
    # The watch works: what training must read is there, every clip of it.
    assert {"train.txt", "test.txt"} <= names
    assert len([path for path in opened if path.parts[-3:-1] == ("videos", "train")]) == 40
    assert not names & set(TELLING)
    assert {path.suffix for path in opened} == {".txt", ".mp4"}


def test_without_the_truth_the_run_is_the_same(runs):
    assert runs[0]["pruned"] > 0
    assert runs[0]["weights"] == runs[1]["weights"]
    assert runs[0]["ledger"] == runs[1]["ledger"]
