"""Folds in turn, broken off and called again."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mmengine.config import Config

from tests.compat.environments import ROOT, environment
from tests.load_tool import tool_path
from tests.tiny_run import tiny_config, write_list

_PLAIN = ("mine.py", "--work-dir", "work", "--folds", "1", "2")


def call(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", str(tool_path("run_folds")), *arguments]
    env = {**environment(), "PYTHONPATH": str(ROOT), "COLUMNS": "150"}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=300)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stock config with two folds, of which the second has fewer clips."""
    for fold in (1, 2):
        write_list(tmp_path / f"fold{fold}_train.txt", per_class=12 // fold)
        write_list(tmp_path / f"fold{fold}_test.txt", per_class=4)
    settings = tiny_config(tmp_path / "none", Path("fold1_train.txt"), purified=False)
    del settings["experiment_name"], settings["work_dir"]
    config = Config(settings)
    config.custom_imports = dict(imports=["tests.tiny_run"], allow_failed_imports=False)
    config.val_dataloader.dataset.ann_file = "fold1_test.txt"
    config.val_evaluator = dict(type="AccMetric", metric_list=("top_k_accuracy", "mean_class_accuracy"))
    config.train_cfg.update(max_epochs=2, val_interval=1)
    config.log_level = "INFO"
    (tmp_path / "mine.py").write_text(config.pretty_text)
    return tmp_path


def test_folds_are_trained_told_and_kept_and_go_on_where_they_were_broken_off(folder):
    done = call(folder, *_PLAIN)
    assert done.returncode == 0, done.stderr[-3000:]
    table = done.stdout[done.stdout.index("Test set, last epoch") :]
    assert "mean of 2" in table and "optimistic" in table
    results = {fold: json.loads((folder / f"work/fold{fold}/result.json").read_text()) for fold in (1, 2)}
    for fold, figures in results.items():
        row = next(line for line in table.splitlines() if line.strip("│ ").startswith(f"{fold} "))
        assert f"{100 * figures['war']:.2f}" in row and f"{100 * figures['uar']:.2f}" in row
        ran = Config.fromfile(folder / f"work/fold{fold}/mine.py")
        assert ran.train_dataloader.dataset.ann_file == f"fold{fold}_train.txt"
        assert ran.val_dataloader.dataset.ann_file == f"fold{fold}_test.txt"
    mean = sum(figures["war"] for figures in results.values()) / 2
    assert f"{100 * mean:.2f}±" in table

    # Fold 1 has ended. Fold 2 was killed in its last validation: its checkpoint is there, the figures are not.
    (folder / "work/fold2/result.json").unlink()
    log = next((folder / "work/fold2").glob("2*/vis_data/scalars.json"))
    log.write_text("".join(line for line in log.open() if "acc/top1" not in line))
    starts = {fold: len(list((folder / f"work/fold{fold}").glob("2*"))) for fold in (1, 2)}
    # From another folder, by other paths: it is the same run. A partial call tells of all folds.
    config, work = str(folder / "mine.py"), str(folder / "work")
    again = call(folder, config, "--work-dir", work, "--folds", "2")
    assert again.returncode == 0, again.stderr[-3000:]
    assert {fold: len(list((folder / f"work/fold{fold}").glob("2*"))) for fold in (1, 2)} == {1: starts[1], 2: starts[2] + 1}
    assert "resumed epoch: 2" in max((folder / "work/fold2").glob("2*/*.log")).read_text()
    figures = json.loads((folder / "work/fold2/result.json").read_text())
    assert (figures["war"], figures["uar"]) == (results[2]["war"], results[2]["uar"])
    assert set(json.loads((folder / "work/folds.json").read_text())["folds"]) == {"1", "2"}

    other = call(folder, *_PLAIN, "--purify", "none")
    assert other.returncode == 1 and "arguments.0 was None, is '--purify'" in other.stderr
    (folder / "mine.py").write_text((folder / "mine.py").read_text().replace("lr=0.1", "lr=0.01"))
    other = call(folder, *_PLAIN)
    assert other.returncode == 1 and "config.optim_wrapper.optimizer.lr was 0.1, is 0.01" in other.stderr


def test_a_mistake_does_not_stand_in_the_way_and_lists_of_the_command_line_have_folds(folder):
    done = call(folder, *_PLAIN, "--purify", "nonsense")
    assert done.returncode == 1 and "recipe 'nonsense' is unknown" in done.stderr
    (folder / "data").mkdir()
    for path in folder.glob("fold*.txt"):
        path.rename(folder / "data" / path.name)
    options = [
        f"{part}_dataloader.dataset.ann_file=data/fold1_{name}.txt" for part, name in (("train", "train"), ("val", "test"))
    ]
    done = call(folder, "--purify", "none", "mine.py", "--work-dir", "work", "--folds", "2", "--cfg-options", *options)
    assert done.returncode == 0, done.stderr[-3000:]
    ran = Config.fromfile(folder / "work/fold2/mine.py")
    assert ran.train_dataloader.dataset.dataset.ann_file == "data/fold2_train.txt"
    assert ran.val_dataloader.dataset.ann_file == "data/fold2_test.txt"


def test_a_fold_that_fails_is_named_and_what_was_done_before_is_told(folder):
    (folder / "fold2_train.txt").write_text("no_label.mp4\n")
    done = call(folder, *_PLAIN, "--purify", "none")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("run_folds: fold 2 ended with code 1; mend the cause")
    assert "Test set, last epoch" in done.stdout
    assert (folder / "work/fold1/result.json").is_file() and not (folder / "work/fold2/result.json").exists()


def test_lists_of_a_later_fold_are_missed_before_the_first_is_trained(folder):
    done = call(folder, "mine.py", "--work-dir", "work", "--folds", "1", "9")
    assert done.returncode == 1 and "fold 9: train_dataloader.dataset.ann_file='fold9_train.txt' is not there" in done.stderr
    assert not (folder / "work").exists()


def test_the_training_ends_with_the_series(folder):
    """A scheduler ends the process that it started, and no other."""
    (folder / "mine.py").write_text((folder / "mine.py").read_text().replace("max_epochs=2", "max_epochs=5000"))
    command = [sys.executable, "-W", "ignore", str(tool_path("run_folds")), *_PLAIN]
    env = {**environment(), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not list(folder.glob("work/fold1/epoch_*.pth")) and time.monotonic() < deadline:
        time.sleep(0.2)
    process.terminate()
    _, stderr = process.communicate(timeout=60)
    assert "run_folds: ended; call again" in stderr
    time.sleep(2)
    before = sorted(folder.glob("work/fold1/epoch_*.pth"))
    time.sleep(2)
    assert before and sorted(folder.glob("work/fold1/epoch_*.pth")) == before


def test_processes_train_a_fold_together(folder):
    done = call(folder, "mine.py", "--work-dir", "work", "--folds", "1", "--processes", "2", "--purify", "none")
    assert done.returncode == 0, done.stderr[-3000:]
    log = next((folder / "work/fold1").glob("2*/*.log")).read_text()
    assert "Distributed launcher: pytorch" in log and "GPU number: 2" in log
    assert (folder / "work/fold1/purification/ledger.csv").is_file()
