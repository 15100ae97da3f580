"""``--purify`` and the config that ``purify_config.py`` writes train to the same weights."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from tests.compat.environments import ROOT, environment
from tests.tiny_run import tiny_config, write_list

#: Short windows for a schedule of six epochs.
_SHORT = [
    "default_hooks.purification.stages.prune.start=2",
    "default_hooks.purification.stages.prune.window=2",
    "default_hooks.purification.stages.correct.start=3",
    "default_hooks.purification.stages.correct.window=2",
    "default_hooks.purification.stages.correct.interval=1",
]


def call(tool: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", str(ROOT / "tools" / f"{tool}.py"), *map(str, arguments)]
    env = {**environment(), "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=200)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a stock config of MMAction2 that names nothing of d2sp_mm."""
    folder = tmp_path_factory.mktemp("user")
    ann_file = write_list(folder / "train.txt", noise=5, mislabel=8)
    settings = tiny_config(folder / "work", ann_file, purified=False)
    del settings["experiment_name"], settings["work_dir"]
    config = Config(settings)
    config.custom_imports = dict(imports=["tests.tiny_run"], allow_failed_imports=False)
    config.train_cfg.update(val_begin=6, val_interval=6)
    assert "d2sp_mm" not in config.pretty_text
    (folder / "mine.py").write_text(config.pretty_text)
    return folder


def weights(folder: Path, work_dir: str) -> dict[str, torch.Tensor]:
    return torch.load(folder / work_dir / "epoch_6.pth", weights_only=True)["state_dict"]


@pytest.fixture(scope="module")
def by_flag(folder: Path) -> dict[str, torch.Tensor]:
    # An option of the config as the user knows it: the dataset, not the wrapper around it.
    known = "train_dataloader.dataset.data_prefix.video=clips"
    done = call("train", "mine.py", "--purify", "d2sp", "--work-dir", "flag", "--cfg-options", known, *_SHORT, cwd=folder)
    assert done.returncode == 0, done.stderr[-3000:]
    assert (folder / "flag" / "purification" / "ledger.csv").is_file()
    ran = Config.fromfile(folder / "flag" / "mine.py")
    assert ran.train_dataloader.dataset.dataset.data_prefix.video == "clips"
    return weights(folder, "flag")


def test_the_written_config_trains_to_the_same_weights(folder, by_flag):
    out = ("--out", "purified.py", "--cfg-options", *_SHORT)
    done = call("purify_config", "mine.py", "--purify", "d2sp", *out, cwd=folder)
    assert done.returncode == 0, done.stderr[-3000:]
    assert (folder / "purified.py").read_text().startswith("# Recognizer3D of mine.py, purified by the recipe 'd2sp'")
    done = call("train", "purified.py", "--work-dir", "written", cwd=folder)
    assert done.returncode == 0, done.stderr[-3000:]
    written = weights(folder, "written")
    assert written.keys() == by_flag.keys()
    assert all(torch.equal(written[name], by_flag[name]) for name in written)


def test_without_the_flag_it_is_mmaction2s_own_training_and_differs(folder, by_flag):
    done = call("train", "mine.py", "--work-dir", "plain", cwd=folder)
    assert done.returncode == 0, done.stderr[-3000:]
    assert not (folder / "plain" / "purification").exists()
    plain = weights(folder, "plain")
    assert plain.keys() == by_flag.keys()
    assert not all(torch.equal(plain[name], by_flag[name]) for name in plain)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["mine.py", "--purify", "d2ps"], "train: recipe 'd2ps' is unknown; choose one of"),
        (["absent.py", "--purify", "d2sp"], "train: config 'absent.py': there is no file"),
    ],
)
def test_a_mistake_is_one_line(folder, arguments, words):
    done = call("train", *arguments, cwd=folder)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith(words)
    assert "Traceback" not in done.stderr
