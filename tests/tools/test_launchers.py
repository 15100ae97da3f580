"""The launch scripts, with one, two and four processes on the CPU: whichever starts them, they train the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from d2sp_mm.recipes import purify_config
from tests.compat.environments import ROOT, environment
from tests.compat.test_cpu_distributed import free_port
from tests.tiny_run import tiny_config, write_list

#: What Slurm does with ``srun [options] COMMAND``, on one machine.
_SRUN = """#!/usr/bin/env bash
for option; do
    case $option in --ntasks=*) tasks=${option#*=};; --*) ;; *) break;; esac
    echo "$option" >> srun_options; shift
done
for ((task = 0; task < tasks; task++)); do
    SLURM_PROCID=$task SLURM_LOCALID=$task SLURM_NTASKS=$tasks SLURM_NNODES=1 SLURM_NODELIST=here "$@" &
    processes+=($!)
done
for process in "${processes[@]}"; do wait "$process" || failed=1; done
exit ${failed:-0}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A purified config, and a stand-in for Slurm."""
    folder = tmp_path_factory.mktemp("launchers")
    config = Config(tiny_config(folder, write_list(folder / "train.txt", noise=5, mislabel=8), purified=False))
    config.train_cfg.max_epochs = 5
    stages = "default_hooks.purification.stages"
    short = {f"{stages}.{stage}.{name}": n for stage in ("prune", "correct") for name, n in (("start", 3), ("window", 2))}
    config = purify_config(config, "d2sp", {**short, f"{stages}.correct.rounds": 1})
    config.custom_imports.imports.append("tests.tiny_run")
    config.log_level = "INFO"
    config.train_dataloader.batch_size = 4
    config.pop("experiment_name")
    (folder / "config.py").write_text(config.pretty_text)
    (folder / "bin").mkdir()
    (folder / "bin" / "srun").write_text(_SRUN)
    (folder / "bin" / "srun").chmod(0o755)
    return folder


def launch(folder: Path, *command: str, **variables: str) -> str:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    more = {"PYTHONPATH": str(ROOT), "PATH": path, "PYTHON": sys.executable, "PYTHONWARNINGS": "ignore", **variables}
    done = subprocess.run(command, cwd=folder, env={**environment(), **more}, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def dist_train(folder: Path, processes: int) -> str:
    script, work_dir = str(ROOT / "tools" / "dist_train.sh"), f"dist{processes}"
    return launch(folder, script, "config.py", str(processes), "--work-dir", work_dir, PORT=str(free_port()))


def results(folder: Path, work_dir: str) -> tuple[dict[str, torch.Tensor], bytes, int]:
    """Weights, ledger and iterations of a run."""
    checkpoint = torch.load(folder / work_dir / "epoch_5.pth", weights_only=True)
    ledger = (folder / work_dir / "purification" / "ledger.csv").read_bytes()
    return checkpoint["state_dict"], ledger, checkpoint["meta"]["iter"]


@pytest.mark.parametrize("processes", [1, 4])
def test_dist_train_shares_the_work_among_any_number_of_processes(folder, processes):
    said = dist_train(folder, processes)
    assert f"GPU number: {processes}" in said
    _, ledger, iterations = results(folder, f"dist{processes}")
    assert iterations == 5 * 48 // 4 // processes
    assert b"prune_by" in ledger


def test_slurm_trains_what_torchrun_trains(folder):
    dist_train(folder, 2)
    script = str(ROOT / "tools" / "slurm_train.sh")
    command = (script, "part", "job", "config.py", "--work-dir", "slurm2")
    said = launch(folder, *command, GPUS="0", TASKS="2", MASTER_PORT=str(free_port()), SRUN_ARGS="--quiet --exclusive")
    assert "GPU number: 2" in said
    weights, ledger, iterations = results(folder, "slurm2")
    expected = results(folder, "dist2")
    assert all(torch.equal(weights[name], expected[0][name]) for name in expected[0])
    assert (ledger, iterations) == expected[1:]
    wanted = {"--partition=part", "--job-name=job", "--ntasks-per-node=2", "--kill-on-bad-exit=1", "--quiet", "--exclusive"}
    options = set((folder / "srun_options").read_text().split("\n"))
    assert wanted <= options and not any("gres" in option for option in options)


def test_slurm_asks_for_gpus_unless_there_shall_be_none(folder):
    (folder / "srun_options").unlink(missing_ok=True)
    script = str(ROOT / "tools" / "slurm_train.sh")
    launch(folder, script, "part", "job", "config.py", GPUS="16", PYTHON="true")
    assert {"--gres=gpu:8", "--ntasks=16", "--ntasks-per-node=8"} <= set((folder / "srun_options").read_text().split("\n"))
