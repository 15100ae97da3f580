"""The launch script for Slurm, with two processes on the CPU and a stand-in for srun."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.compat.environments import ROOT
from tests.compat.test_cpu_distributed import free_port
from tests.tools.launching import dist_train, launch, results, write_config

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
    folder = tmp_path_factory.mktemp("launch")
    write_config(folder)
    (folder / "bin").mkdir()
    (folder / "bin" / "srun").write_text(_SRUN)
    (folder / "bin" / "srun").chmod(0o755)
    return folder


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
