"""``--purify`` and the config that ``purify_config.py`` writes train to the same weights."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from tests.compat.environments import ROOT, copy_mmaction, environment, make_site
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
    env = {**environment(), "PYTHONPATH": f"{ROOT}:{cwd}"}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=200)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a stock config of MMAction2 that names nothing of d2sp_mm."""
    folder = tmp_path_factory.mktemp("user")
    ann_file = write_list(folder / "train.txt", noise=5, mislabel=8)
    settings = tiny_config(folder / "work", ann_file, purified=False)
    del settings["experiment_name"], settings["work_dir"]
    config = Config(settings)
    # The user's own parts know nothing of d2sp_mm either.
    parts = [line for line in (ROOT / "tests/tiny_run.py").open() if not line.startswith("import d2sp_mm")]
    (folder / "user_parts.py").write_text("".join(parts))
    config.custom_imports = dict(imports=["user_parts"], allow_failed_imports=False)
    config.train_cfg.update(val_begin=6, val_interval=6)
    config.test_dataloader, config.test_evaluator = config.val_dataloader, config.val_evaluator
    config.test_cfg, config.log_level = dict(type="TestLoop"), "INFO"
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
    ran = Config.fromfile(folder / "flag" / "mine.py", import_custom_modules=False)
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


def test_no_file_is_overwritten_unless_it_is_wished(folder):
    before = (folder / "mine.py").read_text()
    done = call("purify_config", "mine.py", "--out", "mine.py", "--cfg-options", *_SHORT, cwd=folder)
    assert done.returncode == 1 and "out='mine.py' is there already" in done.stderr and "--force" in done.stderr
    assert (folder / "mine.py").read_text() == before
    (folder / "other.py").write_text("a = 1\n")
    done = call("purify_config", "mine.py", "--out", "other.py", "--force", "--cfg-options", *_SHORT, cwd=folder)
    assert done.returncode == 0 and "d2sp_mm.PurificationHook" in (folder / "other.py").read_text()


def test_the_stock_config_tests_the_purified_checkpoint_to_the_accuracy_of_training(folder, by_flag):
    done = call("test", "mine.py", "flag/epoch_6.pth", "--work-dir", "tested", cwd=folder)
    assert done.returncode == 0, done.stderr[-3000:]
    validated, tested = (
        re.findall(r"acc/top1: ([\d.]+)", text)[-1]
        for text in (next((folder / "flag").glob("2*/*.log")).read_text(), done.stdout + done.stderr)
    )
    assert validated == tested


def test_where_d2sp_mm_is_not_installed_mmaction2_tests_the_checkpoint(folder, by_flag, tmp_path):
    """MMAction2's own script, with what its wheel lacks put back and torch's check of what it loads switched off."""
    site = make_site(tmp_path / "site")
    mmaction = copy_mmaction(site)
    (mmaction / "models" / "localizers" / "drn").mkdir()
    (mmaction / "models" / "localizers" / "drn" / "drn.py").write_text("class DRN: pass\n")
    env = {**environment(), "PYTHONPATH": f"{site}:{folder}", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"}
    script = str(mmaction / ".mim" / "tools" / "test.py")
    command = [sys.executable, "-S", "-W", "ignore", script, "mine.py", "flag/epoch_6.pth", "--work-dir", "alone"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-3000:]
    validated = re.findall(r"acc/top1: ([\d.]+)", next((folder / "flag").glob("2*/*.log")).read_text())[-1]
    assert f"acc/top1: {validated}" in done.stdout + done.stderr
    absent = subprocess.run([sys.executable, "-S", "-c", "import d2sp_mm"], cwd=folder, env=env, capture_output=True)
    assert b"No module named 'd2sp_mm'" in absent.stderr


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
