"""The command that purifies in passes and then trains."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.config import Config

from d2sp_mm.recipes.passes import Passes
from d2sp_mm.runs.ledger_table import read_ledger_table
from tests.compat.environments import ROOT, environment
from tests.compat.test_cpu_distributed import free_port
from tests.load_tool import json_of, load_tool, tool_path
from tests.tiny_run import tiny_config, write_list

#: A recipe that fits a schedule of six epochs, as a file of the user's own.
RECIPE = """
default_hooks = dict(purification=dict(
    type="d2sp_mm.PurificationHook", average_passes={average}, keep_epochs=4, stages=dict(
        prune=dict(type="d2sp_mm.CoarsePruning", score="entropy", entropy_of="mean", start=3, window=2, rate=0.1),
        correct=dict(type="d2sp_mm.FineCorrection", start=4, window=2, min_margin=0.1))))
"""


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a stock config of six epochs, and recipes."""
    folder = tmp_path_factory.mktemp("user")
    ann_file = write_list(folder / "train.txt", noise=5, mislabel=8)
    settings = tiny_config(folder / "work", ann_file, purified=False)
    del settings["experiment_name"], settings["work_dir"]
    config = Config(settings)
    config.custom_imports = dict(imports=["tests.tiny_run"], allow_failed_imports=False)
    config.train_cfg.update(val_begin=6, val_interval=6)
    config.log_level = "INFO"
    config.randomness = dict(seed=3)
    (folder / "mine.py").write_text(config.pretty_text)
    for name, average in (("decisions", False), ("observations", True)):
        (folder / f"{name}.py").write_text(RECIPE.format(average=average))
    return folder


def command(work: str, *arguments: Any) -> list[str]:
    return [str(tool_path("purify")), "mine.py", "--work-dir", work, *map(str, arguments)]


def env() -> dict[str, str]:
    return {**environment(), "PYTHONPATH": str(ROOT)}


def purify(user: Path, work: str, *arguments: Any) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-W", "ignore", *command(work, *arguments)]
    return subprocess.run(words, cwd=user, env=env(), capture_output=True, text=True, timeout=300)


def weights(folder: Path, epoch: int) -> dict[str, torch.Tensor]:
    return torch.load(folder / f"epoch_{epoch}.pth", weights_only=True)["state_dict"]


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a)


@pytest.fixture(scope="module")
def chain(user: Path) -> Path:
    """Two passes, the second on what the first left, and the final run."""
    done = purify(user, "chain", "--purify", "decisions.py", "--passes", 2)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "16 of 14" not in done.stderr + done.stdout and "14 of 14 epochs in all" in done.stderr + done.stdout
    found = json.loads(done.stdout[done.stdout.rindex("\n{\n") :])
    assert found["samples"] == 48 and list(found["runs"]) == ["pass_1", "pass_2", "final"]
    assert found["runs"]["final"] and not found["runs"]["pass_1"]
    return user / "chain"


def test_each_pass_ends_with_its_last_decision_and_goes_on_from_the_one_before(chain):
    first, second = (read_ledger_table(chain / name / "purification" / "ledger.csv") for name in ("pass_1", "pass_2"))
    assert not (chain / "pass_1" / "epoch_5.pth").exists() and (chain / "pass_1" / "epoch_4.pth").is_file()
    assert (~first.keep).any() and not (second.keep & ~first.keep).any()
    assert not same(weights(chain / "pass_1", 1), weights(chain / "pass_2", 1))
    stages = set(second.stages)
    assert "pass_1/prune" in stages and {"prune", "correct", "pass_1/correct"} & stages
    # The chain's own folder is the ledger of all of it.
    for name in ("ledger.csv", "decisions.csv", "train_purified.txt"):
        left, right = (chain / folder / "purification" / name for folder in (".", "pass_2"))
        assert left.read_bytes() == right.read_bytes()


def test_the_final_run_is_the_users_config_on_the_purified_list(chain, user):
    ran = Config.fromfile(chain / "final" / "mine.py", import_custom_modules=False)
    assert "d2sp_mm." not in ran.pretty_text.replace("d2sp_mm.compat", "")
    assert ran.train_dataloader.dataset.ann_file == str(chain / "purification" / "train_purified.txt")
    given = Config.fromfile(user / "mine.py", import_custom_modules=False)
    given.train_dataloader.dataset.ann_file = ran.train_dataloader.dataset.ann_file
    as_given = ("randomness", "model", "train_dataloader", "val_dataloader", "train_cfg", "optim_wrapper", "param_scheduler")
    for name in as_given:
        assert ran.get(name) == given.get(name)


def test_called_again_it_trains_nothing_and_other_passes_are_refused(chain, user):
    before = (chain / "final" / "epoch_6.pth").stat().st_mtime_ns
    again = purify(user, "chain", "--purify", "decisions.py", "--passes", 2)
    assert again.returncode == 0 and (chain / "final" / "epoch_6.pth").stat().st_mtime_ns == before
    other = purify(user, "chain", "--purify", "decisions.py", "--passes", 3)
    assert other.returncode == 1 and "holds passes with passes=2, and this call asks for 3" in other.stderr
    resumed = purify(user, "chain", "--resume")
    assert resumed.returncode == 1 and "leave --resume out" in resumed.stderr


@pytest.mark.parametrize("until", ["pass_2/epoch_3.pth", "final/epoch_3.pth"])
def test_killed_anywhere_the_same_command_ends_with_the_same_bits(chain, user, until):
    work = f"killed-{until[:6].strip('/')}"
    words = [sys.executable, "-W", "ignore", *command(work, "--purify", "decisions.py", "--passes", 2)]
    run = subprocess.Popen(words, cwd=user, env=env(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 200
    while not (user / work / until).is_file() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert not (user / work / "final" / "epoch_6.pth").exists(), "it was killed too late"
    done = purify(user, work, "--purify", "decisions.py", "--passes", 2)
    assert done.returncode == 0, done.stderr[-3000:]
    for name in ("ledger.csv", "decisions.csv", "train_purified.txt"):
        assert (user / work / "purification" / name).read_bytes() == (chain / "purification" / name).read_bytes()
    assert same(weights(user / work / "final", 6), weights(chain / "final", 6))


def test_passes_that_are_averaged_decide_on_what_all_of_them_saw(user):
    done = purify(user, "averaged", "--purify", "observations.py")
    assert done.returncode == 0, done.stderr[-3000:]
    first, second = (user / "averaged" / name / "purification" for name in ("pass_1", "pass_2"))
    assert json.loads((user / "averaged" / "passes.json").read_text())["passes"] == 2
    table = read_ledger_table(second / "ledger.csv")
    assert "pass_1/prune" in table.stages and not table.keep[~read_ledger_table(first / "ledger.csv").keep].any()
    with np.load(first / "ledger.npz") as one, np.load(second / "ledger.npz") as two:
        assert int(one["observations.passes_before"]) == 0 and int(two["observations.passes_before"]) == 1
        assert two["observations.before"].shape == (4, 48)


def test_two_processes_come_to_the_same_ledger_and_end(user):
    launch = [sys.executable, "-W", "ignore", "-m", "torch.distributed.run", "--nproc_per_node=2"]
    launch += [f"--master_port={free_port()}", *command("two", "--purify", "decisions.py", "--launcher", "pytorch")]
    done = subprocess.run(launch, cwd=user, env=env(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert (user / "two" / "final" / "epoch_6.pth").is_file()
    assert (~read_ledger_table(user / "two" / "purification" / "ledger.csv").keep).any()


def test_tools_that_read_a_run_read_a_chain(chain, capsys):
    ledger = load_tool("ledger")
    shown = json_of(ledger, capsys, "show", chain)
    assert shown["pruned"] > 0 and any(stage.startswith("pass_1/") for stage in shown["stages"])
    replayed = json_of(ledger, capsys, "replay", chain)
    assert not replayed["changes"]
    undone = json_of(ledger, capsys, "undo", chain, "--stage", "pass_1/prune")
    assert undone["changes"]
    json_of(ledger, capsys, "undo", chain, "--overrides")
    assert json_of(ledger, capsys, "diff", chain, chain / "pass_2")["changes"] == []


def test_what_a_person_overrides_in_a_chain_holds_when_the_next_pass_is_handed_on(chain, user, tmp_path, capsys):
    work = tmp_path / "chain"
    shutil.copytree(chain, work)
    table = read_ledger_table(work / "purification" / "ledger.csv")
    key = table.keys[int(np.flatnonzero(~table.keep)[0])]
    (tmp_path / "mine.csv").write_text(f"key,override,label\n{key},keep,\n")
    json_of(load_tool("ledger"), capsys, "apply", work, tmp_path / "mine.csv")
    config = Config.fromfile(user / "mine.py")
    config.work_dir = str(work)
    passes = Passes(config, str(user / "decisions.py"), {}, 2)
    passes.end({"ended": []}, "pass_2")
    after = read_ledger_table(work / "purification" / "ledger.csv")
    assert after.keep[after.keys.index(key)] and after.stages[after.keys.index(key)] == "override"
    assert key in (work / "purification" / "train_purified.txt").read_text()
    assert (~after.keep).sum() == (~table.keep).sum() - 1


def test_a_subset_is_taken_once(chain, user):
    config = Config.fromfile(user / "mine.py")
    config.work_dir, config.train_dataloader.dataset.indices = str(chain), 40
    final = Passes(config, str(user / "decisions.py"), {}, 2).config_of("final", {"seed": 3})
    assert "indices" not in final.train_dataloader.dataset and config.train_dataloader.dataset.indices == 40
    assert final.train_dataloader.dataset.ann_file == str(chain / "purification" / "train_purified.txt")
