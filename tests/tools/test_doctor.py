"""The doctor's command: what it prints, and what it exits with."""

from __future__ import annotations

import subprocess
import sys

from tests.compat.environments import ROOT, environment


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", str(ROOT / "tools" / "doctor.py"), *arguments]
    env = {**environment(), "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=200)


def test_data_that_is_not_there_is_named_and_the_command_exits_with_1():
    done = call("configs/d2sp/mc3/mc3_r18_d2sp_mafw.py", "--cfg-options", "randomness.seed=1")
    assert done.returncode == 1
    assert "fail train_dataloader.dataset cannot be built: FileNotFoundError" in done.stdout
    assert "       -> check ann_file; the lists of facial expressions are written by tools/dataset_conv" in done.stdout
    assert done.stdout.rstrip().endswith("3 would fail, 0 to look at.")


def test_a_config_of_mmaction2_that_cannot_be_purified_says_why():
    done = call("mmaction::localization/bmn/bmn_2xb8-400x100-9e_activitynet-feature")
    assert done.returncode == 1 and "model.type='BMN' has no cls_head" in done.stdout


def test_a_mistake_is_one_line():
    done = call("absent.py")
    assert done.returncode == 1 and done.stderr.startswith("doctor: config 'absent.py': there is no file")
    assert len(done.stderr.strip().splitlines()) == 1
