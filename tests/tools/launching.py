"""Starting the launch scripts on the CPU, and what they leave."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import torch
from mmengine.config import Config

from d2sp_mm.recipes import purify_config
from tests.compat.environments import ROOT, environment
from tests.compat.test_cpu_distributed import free_port
from tests.tiny_run import tiny_config, write_list


def write_config(folder: Path) -> None:
    """Write a purified config, ``config.py``."""
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


def launch(folder: Path, *command: str, **variables: str) -> str:
    """Run a command in the folder, with the programs of its ``bin`` before all others; return what it says."""
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
