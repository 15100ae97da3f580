"""A rank that raises ends the run: the others do not wait for it, even where no launcher ends them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.compat.environments import ROOT, environment
from tests.compat.test_cpu_distributed import free_port
from tests.faults.kill_and_resume import write_noisy_list
from tests.faults.processes import MARK, family, kill_family

SCRIPT = str(Path(__file__).with_name("fail_on_one_rank.py"))
#: MMEngine's and gloo's own limit is 30 minutes.
_SECONDS = 60


def start(folder: Path, rank: int, port: int, mark: str, arguments: list[str]) -> subprocess.Popen[str]:
    """One rank, started as Slurm starts it: no agent looks after it."""
    variables = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1"}
    env = {**environment(), "PYTHONPATH": str(ROOT), MARK: mark, "MASTER_PORT": str(port), **variables}
    command = [sys.executable, "-W", "ignore", SCRIPT, *arguments]
    return subprocess.Popen(command, env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("failing", "where", "tells", "told_by"),
    [(1, "iteration", [], {1}), (0, "epoch", ["--tells"], {0}), (0, "files", ["--tells"], {0, 1})],
)
def test_the_others_end_as_well_and_the_cause_is_told(tmp_path, failing, where, tells, told_by):
    ann_file, port, mark = write_noisy_list(tmp_path), free_port(), f"{tmp_path}"
    arguments = [str(tmp_path / "run"), str(ann_file), str(failing), where, *tells]
    ranks = [start(tmp_path, rank, port, mark, arguments) for rank in range(2)]
    begin = time.monotonic()
    try:
        said = [rank.communicate(timeout=_SECONDS)[1] for rank in ranks]
    except subprocess.TimeoutExpired:
        kill_family(mark)
        pytest.fail(f"a rank still waits after {_SECONDS} s")
    print(f"both had ended after {time.monotonic() - begin:.0f} s")
    assert all(rank.returncode for rank in ranks)
    # Files are written by one rank while the others wait for word of it, so they have its words as well.
    assert {rank for rank, words in enumerate(said) if "train: this rank fails alone" in words} == told_by
    assert not family(mark)
