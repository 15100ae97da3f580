"""What is passed to tools/train.py really changes the config, and nothing else; and all runs are trained."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import pytest
from mmengine.config import Config, DictAction
from rich.console import Console

from d2sp_mm.experiments.demo import training
from d2sp_mm.experiments.demo.settings import RECIPES, DemoSettings, Recipe
from d2sp_mm.experiments.demo.training import schedule_options, train_all, training_command
from d2sp_mm.experiments.protocol.training_process import TrainingError

_ROOT = Path(__file__).resolve().parents[3]


def _config_of(command: list[str]) -> Config:
    """Read the command as MMAction2's tool does."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--work-dir")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--cfg-options", nargs="+", action=DictAction)
    args = parser.parse_args(command[2:])
    config = Config.fromfile(args.config, import_custom_modules=False)
    config.merge_from_dict(args.cfg_options)
    config.work_dir, config.seed = args.work_dir, args.seed
    return config


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
@pytest.mark.parametrize("epochs", [3, 10, 20, 45])
def test_command(recipe: Recipe, epochs: int, tmp_path: Path) -> None:
    settings = DemoSettings(out=tmp_path / "out", epochs=epochs, seed=5)
    command = training_command(recipe, settings)
    tool = Path(command[1]).resolve()
    assert tool == _ROOT / "tools" / ("purify.py" if recipe.name == "passes" else "train.py")
    # Only MMAction2's options are left for its script.
    assert (command[3:5] == ["--purify", "d2sp-passes"]) == (recipe.name == "passes")
    config = _config_of([*command[:3], *command[5:]] if recipe.name == "passes" else command)
    data = str(settings.data)
    assert config.train_dataloader.dataset.dataset.ann_file == f"{data}/{recipe.ann_file}"
    assert config.train_dataloader.dataset.dataset.data_prefix.video == f"{data}/videos"
    for loader in (config.val_dataloader, config.test_dataloader):
        assert (loader.dataset.ann_file, loader.dataset.data_prefix.video) == (f"{data}/test.txt", f"{data}/videos")
    for dataset in (config.train_dataloader.dataset.dataset, config.val_dataloader.dataset, config.test_dataloader.dataset):
        assert dataset.pipeline[0] == dict(type="d2sp_mm.CachedDecordInit", cache=str(settings.frames))
    cfg = config.train_cfg
    assert (cfg.max_epochs, cfg.val_begin, cfg.val_interval) == (epochs, epochs - 2, 1)
    assert config.param_scheduler[-1].end == epochs
    for earlier, later in zip(config.param_scheduler, config.param_scheduler[1:]):
        assert earlier.begin < earlier.end <= later.begin < later.end
    assert (config.seed, config.work_dir) == (5, str(settings.work_dirs[recipe.name]))
    stages = config.default_hooks.purification.get("stages") or {}
    assert sorted(stages) == {"d2sp": ["correct", "prune"], "random": ["prune"]}.get(recipe.name, [])


def test_a_schedule_as_it_stands_needs_no_options() -> None:
    schedulers = [dict(type="A", begin=0, end=5), dict(type="B", T_max=100, by_epoch=False), dict(type="C", T_max=4)]
    config = Config(dict(train_cfg=dict(max_epochs=10, val_begin=8, val_interval=1), param_scheduler=schedulers))
    assert schedule_options(config, 10) == {}
    assert schedule_options(config, 20) == {
        "train_cfg.max_epochs": 20,
        "train_cfg.val_begin": 18,
        "param_scheduler.0.begin": 0,
        "param_scheduler.0.end": 10,
        "param_scheduler.2.T_max": 8,
    }
    assert schedule_options(config, 2)["train_cfg.val_begin"] == 1


def test_paths_are_relative_where_they_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command = training_command(RECIPES[0], DemoSettings(out=Path("out")))
    assert "--work-dir out/plain" in " ".join(command)
    assert "train_dataloader.dataset.dataset.ann_file=out/data/train.txt" in command
    assert Path(command[1]).is_absolute()


def _commands(monkeypatch: pytest.MonkeyPatch, codes: dict[str, str]) -> None:
    monkeypatch.setattr(training, "_POLL_SECONDS", 0.05)
    monkeypatch.setattr(
        training, "training_command", lambda recipe, _: [sys.executable, "-c", codes.get(recipe.name, "")]
    )


def test_all_runs_are_timed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _commands(monkeypatch, {})
    seconds = train_all(DemoSettings(out=tmp_path, jobs=3), Console(quiet=True))
    assert list(seconds) == ["plain", "random", "d2sp", "passes", "oracle"]
    assert all(value > 0 for value in seconds.values())


def test_when_one_fails_the_others_are_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = "import pathlib, time; time.sleep(60)"
    _commands(monkeypatch, {"plain": sleeper, "random": "raise SystemExit('broken')"})
    begin = time.monotonic()
    with pytest.raises(TrainingError, match=r"(?s)'random' ended with code 1.*broken"):
        train_all(DemoSettings(out=tmp_path, jobs=2), Console(quiet=True))
    assert time.monotonic() - begin < 30
    assert not (tmp_path / "d2sp").exists()
