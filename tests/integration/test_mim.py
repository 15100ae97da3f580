"""``mim`` with the package installed as a user installs it: not editable, and no clone beside it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from tests.compat.environments import ROOT, environment
from tests.compat.test_cpu_distributed import free_port
from tests.tiny_run import tiny_config, write_list

pytest.importorskip("mim", reason="openmim is not installed (requirements/mim.lock)")
_SHORT = ("prune.start=2", "prune.window=2", "correct.start=2", "correct.window=2", "correct.interval=1")
_OPTIONS = tuple(f"default_hooks.purification.stages.{option}" for option in _SHORT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installed package, a stock config and the parts that it names; the clone is not on the path."""
    folder = tmp_path_factory.mktemp("mim")
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(folder / "site"), str(ROOT)], check=True, timeout=300)
    write_list(folder / "train.txt", noise=5, mislabel=8)
    (folder / "tiny_run.py").write_text((ROOT / "tests" / "tiny_run.py").read_text())
    settings = tiny_config(folder / "none", Path("train.txt"), purified=False)
    del settings["experiment_name"], settings["work_dir"]
    config = Config(settings)
    config.custom_imports = dict(imports=["tiny_run"], allow_failed_imports=False)
    config.test_dataloader, config.test_cfg, config.test_evaluator = (
        config.val_dataloader,
        dict(type="TestLoop"),
        config.val_evaluator,
    )
    config.log_level = "INFO"
    config.train_cfg.update(max_epochs=5, val_begin=5, val_interval=5)
    (folder / "mine.py").write_text(config.pretty_text)
    return folder


def run(folder: Path, *arguments: str) -> str:
    """Run Python in the folder, with the installed package before the clone."""
    env = {**environment(), "PYTHONPATH": f"{folder / 'site'}:{folder}"}
    command = [sys.executable, "-W", "ignore", *arguments]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def mim(folder: Path, *arguments: str) -> str:
    return run(folder, "-m", "mim", *arguments)


def weights(folder: Path, work_dir: str) -> dict[str, torch.Tensor]:
    return torch.load(folder / work_dir / "epoch_5.pth", weights_only=True)["state_dict"]


def test_both_codebases_train_the_same_purified_model_and_mmaction2_tests_it(folder):
    assert str(folder / "site") in run(folder, "-c", "import d2sp_mm; print(d2sp_mm.__file__)")
    out = ("--purify", "d2sp", "--out", "purified.py", "--cfg-options", *_OPTIONS)
    run(folder, str(ROOT / "tools" / "purify_config.py"), "mine.py", *out)
    mim(folder, "train", "mmaction", "purified.py", "--work-dir", "stock")
    mim(folder, "train", "d2sp_mm", "mine.py", "--purify", "d2sp", "--work-dir", "ours", "--cfg-options", *_OPTIONS)
    stock, ours = weights(folder, "stock"), weights(folder, "ours")
    assert stock.keys() == ours.keys() and all(torch.equal(stock[name], ours[name]) for name in stock)
    for work_dir in ("stock", "ours"):
        assert (folder / work_dir / "purification" / "ledger.csv").is_file()
    said = mim(folder, "test", "mmaction", "purified.py", "--checkpoint", "ours/epoch_5.pth", "--launcher", "none")
    assert "acc/top1" in said


def test_mim_starts_two_processes(folder):
    options = ("--purify", "d2sp", "--work-dir", "two", "--cfg-options", *_OPTIONS)
    launcher = ("--launcher", "pytorch", "--gpus", "2", "--port", str(free_port()))
    said = mim(folder, "train", "d2sp_mm", "mine.py", *launcher, *options)
    assert "GPU number: 2" in said
    assert b",prune,quality," in (folder / "two" / "purification" / "ledger.csv").read_bytes()
    assert torch.load(folder / "two" / "epoch_5.pth", weights_only=True)["meta"]["iter"] == 5 * 48 // 8 // 2


def test_mim_runs_passes(folder):
    mim(folder, "run", "d2sp_mm", "purify", "mine.py", "--work-dir", "passes", "--cfg-options", *_OPTIONS)
    assert weights(folder / "passes", "final") and (folder / "passes" / "purification" / "train_purified.txt").is_file()


def test_a_config_that_the_package_carries_goes_by_its_name(folder):
    """It finds the config, and stops where the set is not there."""
    with pytest.raises(AssertionError, match=r"fold1_train\.txt"):
        mim(folder, "train", "d2sp_mm", "resnet18-lstm_d2sp_dfew.py", "--work-dir", "dfew")
