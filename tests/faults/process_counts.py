"""The same observations, replayed into runs of one process and of several."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from tests.compat.environments import ROOT, environment
from tests.compat.test_cpu_distributed import free_port
from tests.tiny_run import write_list

COUNTS = (1, 2, 4)
FILES = ("ledger.npz", "ledger.csv", "decisions.csv", "class_histogram.csv", "train_purified.txt")
SCRIPT = Path(__file__).with_name("replay.py")


def write_awkward_list(folder: Path) -> Path:
    """46 clips and then 43: neither is a multiple of 4 processes or of their batches, and three cannot be decoded."""
    ann_file = write_list(folder / "train.txt", noise=4, mislabel=8, broken=3)
    ann_file.write_text("".join(ann_file.read_text().splitlines(keepends=True)[:46]))
    return ann_file


def replay(processes: int, folder: Path, ann_file: Path, length: str = "keep") -> dict[str, str]:
    """Run with replayed observations; return a digest of each file that the run leaves.

    Args:
        processes: How many.
        folder: Where the run writes.
        ann_file: Its list.
        length: ``epoch_length`` of the sampler.
    """
    rest = [str(SCRIPT), str(folder), str(ann_file), "--length", length]
    command = [sys.executable, "-W", "ignore", *rest]
    if processes > 1:
        launcher = ["torch.distributed.run", f"--nproc_per_node={processes}", f"--master_port={free_port()}"]
        command = [sys.executable, "-W", "ignore", "-m", *launcher, *rest, "--distributed"]
    env = {**environment(), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-3000:]
    return {name: hashlib.sha256((folder / "purification" / name).read_bytes()).hexdigest()[:12] for name in FILES}
