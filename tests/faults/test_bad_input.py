"""Bad settings, lists, clips and checkpoints: our own error, with name and value, and before training where that can be."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mmengine.config import Config

from tests.compat.environments import ROOT, environment
from tests.faults.bad_input import CASES, Case, attempt, own_errors
from tests.faults.write_tables import bad_input_row, table
from tests.tiny_run import tiny_config, write_list


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.group}: {case.what}")
def test_the_user_is_told_what_and_what_to_do(case: Case, tmp_path: Path):
    answer = attempt(case, tmp_path)
    assert answer.error in own_errors(), answer
    assert re.search(case.says, answer.message, re.DOTALL), answer
    assert bool(answer.iterations) == case.trains, answer


def _can_mount() -> bool:
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return shutil.which("unshare") is not None and subprocess.run(command, capture_output=True).returncode == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A config, and a folder ``disk`` on which a small file system is mounted below."""
    if not _can_mount():
        pytest.skip("no file system can be mounted here (unshare -rm)")
    config = tiny_config(tmp_path, write_list(tmp_path / "train.txt"), purified=False)
    config["model"]["backbone"]["channels"] = 256
    config["default_hooks"]["checkpoint"]["max_keep_ckpts"] = 1
    config = Config({**config, "val_dataloader": None, "val_cfg": None, "val_evaluator": None})
    config.custom_imports = dict(imports=["tests.tiny_run"], allow_failed_imports=False)
    config.pop("work_dir"), config.pop("experiment_name")
    (tmp_path / "mine.py").write_text(config.pretty_text)
    (tmp_path / "disk").mkdir()
    return tmp_path


def train_on_disk(folder: Path, options: str, before: str, after: str) -> subprocess.CompletedProcess[str]:
    """Train with the work dir on a file system of its own, in a name space of its own."""
    train = f"{sys.executable} -W ignore {ROOT / 'tools' / 'train.py'} mine.py --purify none --work-dir disk/run"
    script = f"mount -t tmpfs -o {options} tmpfs disk; {before}; {train}; code=$?; {after}; exit $code"
    env = {**environment(), "PYTHONPATH": str(ROOT), "TRAIN": train}
    command = ["unshare", "-rm", "sh", "-c", script]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=200)


def test_a_work_dir_that_is_for_reading_only_is_refused_at_once(folder):
    done = train_on_disk(folder, "ro", ":", ":")
    assert done.returncode == 1
    assert done.stderr.strip().endswith(
        "train: work_dir='disk/run' cannot be written to: Read-only file system; name another --work-dir."
    )


def test_a_disk_that_is_full_is_refused_at_once(folder):
    done = train_on_disk(folder, "size=64k", "cat /dev/zero > disk/full", ":")
    assert "train: work_dir='disk/run' cannot be written to: No space left on device" in done.stderr
    assert "Epoch" not in done.stdout


def test_a_disk_without_room_for_one_checkpoint_is_refused_before_training(folder):
    done = train_on_disk(folder, "size=128k", ":", "ls disk/run/*.pth > first 2>&1")
    last = done.stderr.strip().splitlines()[-1]
    assert re.search(r"train: work_dir='.*disk/run': a checkpoint takes 0\.\d MB at least and 0\.\d MB are free", last)
    assert (folder / "first").read_text() == "ls: cannot access 'disk/run/*.pth': No such file or directory\n"


def test_a_disk_that_fills_up_stops_the_run_and_the_run_goes_on_when_there_is_room(folder):
    """Room for one checkpoint and a half: while the second is written, the first must stay."""
    again = "ls disk/run/*.pth > first; mount -o remount,size=64m disk; $TRAIN --resume > log 2>&1; ls disk/run/*.pth > then"
    done = train_on_disk(folder, "size=600k", ":", again)
    assert "No space left on device" in done.stderr.strip().splitlines()[-1]
    assert "train: " in done.stderr.strip().splitlines()[-1]
    assert (folder / "first").read_text() == "disk/run/epoch_1.pth\n"
    assert "run/epoch_1.pth" in (folder / "log").read_text() and (folder / "then").read_text() == "disk/run/epoch_6.pth\n"
    assert os.listdir(folder / "disk") == []


def test_the_docs_say_what_the_user_is_told(tmp_path):
    """``make test-faults`` writes them; here, whether they are those of today."""
    docs = (ROOT / "docs" / "robustness.md").read_text(encoding="utf-8")
    for number, case in enumerate(CASES):
        (tmp_path / str(number)).mkdir()
        row = bad_input_row(case, attempt(case, tmp_path / str(number)))
        assert table(row, []).splitlines()[0] in docs, "run: make test-faults ARGS='--parts bad-input'"
