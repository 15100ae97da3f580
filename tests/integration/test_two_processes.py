"""Two gloo processes purify as one: the same overrides on both, equally many samples, and a resume as if unbroken."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.compat.environments import ROOT, environment
from tests.compat.test_cpu_distributed import free_port
from tests.tiny_run import CORRECT, PRUNE, write_list

SCRIPT = Path(__file__).with_name("train_in_two_processes.py")
RUNS = ("unbroken", "resumed", "shrunk")
N = 44
BROKEN = 9


@pytest.fixture(scope="module")
def ranks(tmp_path_factory):
    """What each of the two ranks saw."""
    folder = tmp_path_factory.mktemp("two")
    # 44 clips are no multiple of two ranks' batches, so that padding happens when some are pruned.
    ann_file = write_list(folder / "train.txt", per_class=N // 4, noise=4, mislabel=6)
    write_list(folder / "broken.txt", per_class=N // 4, noise=4, mislabel=6, broken=BROKEN)
    command = [sys.executable, "-W", "ignore", "-m", "torch.distributed.run", "--nproc_per_node=2"]
    command += [f"--master_port={free_port()}", str(SCRIPT), str(folder), str(ann_file)]
    path = {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=folder, env={**environment(), **path}, capture_output=True, text=True, timeout=150
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads((folder / f"rank{rank}.json").read_text(encoding="utf-8")) for rank in range(2)]


@pytest.mark.parametrize("run", RUNS)
def test_both_ranks_hold_the_same_ledger_and_decided_the_same(ranks, run):
    first, second = (rank[run] for rank in ranks)
    assert first["ledger"] == second["ledger"]
    assert first["history"] == second["history"]
    assert first["weights"] == second["weights"]
    history = first["history"]
    assert sum(history["pruned"]) == N - len(first["kept"]) > 0
    assert {epoch for epoch, pruned in zip(history["epoch"], history["pruned"]) if pruned} == {PRUNE["start"] - 1}
    assert {epoch for epoch, pruned in zip(history["epoch"], history["pruned"]) if not pruned} == {CORRECT["start"] - 1}


@pytest.mark.parametrize("run", RUNS)
def test_both_ranks_draw_equally_many_and_only_kept_samples(ranks, run):
    first, second = (rank[run] for rank in ranks)
    assert [len(epoch) for epoch in first["drawn"]] == [len(epoch) for epoch in second["drawn"]]
    assert first["iterations"] == second["iterations"]
    kept, since = set(first["kept"]), PRUNE["start"] - (3 if run == "resumed" else 0)
    for epoch, (mine, other) in enumerate(zip(first["drawn"], second["drawn"])):
        drawn = set(mine) | set(other)
        # Each sample that stays is drawn on one rank or the other.
        assert drawn == (kept if epoch >= since else set(range(N)))


def test_what_cannot_be_decoded_is_replaced_by_kept_samples_on_both_ranks(ranks):
    """More of it than the rate of pruning: all of it goes, and nothing that was pruned stands in for it."""
    first, second = (rank["broken"] for rank in ranks)
    for name in ("ledger", "history", "weights", "kept", "iterations"):
        assert first[name] == second[name]
    assert not set(first["kept"]) & set(range(BROKEN))
    for epoch, (mine, other) in enumerate(zip(first["drawn"], second["drawn"])):
        assert len(mine) == len(other)
        seen = set(range(BROKEN, N)) if epoch < PRUNE["start"] else set(first["kept"])
        assert set(mine) | set(other) == seen


def test_the_ranks_share_the_work(ranks):
    first, second = (rank["unbroken"]["drawn"][0] for rank in ranks)
    assert sorted(first + second) == list(range(N))


def test_the_shrunk_epoch_is_as_long_as_the_kept_samples_need(ranks):
    run = ranks[0]["shrunk"]
    assert [len(epoch) for epoch in run["drawn"]] == [N // 2] * 2 + [int(np.ceil(len(run["kept"]) / 2))] * 4


def test_the_resumed_run_is_the_unbroken_one(ranks):
    for rank in ranks:
        assert rank["resumed"]["drawn"] == rank["unbroken"]["drawn"][3:]
        for name in ("ledger", "history", "weights"):
            assert rank["resumed"][name] == rank["unbroken"][name]


def test_ranks_that_disagree_stop_together_and_name_what_each_holds(ranks):
    first, second = (rank["disagreeing"] for rank in ranks)
    assert first == second
    found = re.fullmatch(r"epoch 1: the ranks .* \((\w{16}) on rank 0; (\w{16}) on rank 1\).*", first)
    assert found is not None and found[1] != found[2]
