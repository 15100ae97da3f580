"""Slurm's variables become torchrun's, where the command line asks for Slurm and there is no accelerator."""

from __future__ import annotations

import os
import sys

import pytest

from d2sp_mm.compat import slurm_on_cpu

SLURM = {"SLURM_PROCID": "5", "SLURM_NTASKS": "8", "SLURM_LOCALID": "1", "SLURM_NNODES": "2", "SLURM_NODELIST": "n[3-4]"}
OURS = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT")


@pytest.fixture(autouse=True)
def task(monkeypatch, tmp_path):
    """The sixth task of eight on two nodes."""
    for name in (*OURS, "SLURM_STEP_NODELIST"):
        # Set first, so that what the bridge sets is undone as well.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name, value in SLURM.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(slurm_on_cpu, "cpu_is_the_device", lambda: True)
    monkeypatch.setattr(sys, "argv", ["train.py", "config.py", "--launcher", "slurm"])
    scontrol = tmp_path / "scontrol"
    scontrol.write_text('#!/bin/sh\n[ "$1 $2 $3" = "show hostnames n[3-4]" ] && printf "n3\\nn4\\n"\n')
    scontrol.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


def found():
    return [os.environ.get(name) for name in OURS]


def test_the_variables_are_those_that_torchrun_sets():
    slurm_on_cpu.apply()
    assert found() == ["5", "8", "1", "n3", "29500"]
    assert not slurm_on_cpu.needed()


def test_what_is_set_stays_and_one_node_is_this_one(monkeypatch):
    monkeypatch.setenv("MASTER_PORT", "4321")
    monkeypatch.setenv("SLURM_NNODES", "1")
    monkeypatch.setattr(sys, "argv", ["train.py", "config.py", "--launcher=slurm"])
    slurm_on_cpu.apply()
    assert found() == ["5", "8", "1", "127.0.0.1", "4321"]


@pytest.mark.parametrize("case", ["accelerator", "another launcher", "no task of Slurm", "torchrun"])
def test_it_does_nothing_elsewhere(monkeypatch, case):
    if case == "accelerator":
        monkeypatch.setattr(slurm_on_cpu, "cpu_is_the_device", lambda: False)
    elif case == "another launcher":
        monkeypatch.setattr(sys, "argv", ["train.py", "slurm", "--launcher", "pytorch"])
    elif case == "no task of Slurm":
        monkeypatch.delenv("SLURM_PROCID")
    else:
        monkeypatch.setenv("RANK", "0")
    before = found()
    assert not slurm_on_cpu.needed()
    slurm_on_cpu.apply()
    assert found() == before
