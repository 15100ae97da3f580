"""What the tests on real data share: the tools as functions, and the repository's configs made short."""

from __future__ import annotations

import csv
import json
import pickle
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner

from tests.load_tool import load_tool

_ROOT = Path(__file__).resolve().parents[2]


def call_tool(name: str, *arguments: Any) -> None:
    """Call a tool's ``main`` with a command line."""
    load_tool(name).main([str(argument) for argument in arguments])


def write_part(source: Path, target: Path, num_train: int) -> None:
    """Write a pose annotation with a part of the clips, spread over all classes and both signers."""
    data = pickle.loads(source.read_bytes())
    every = len(data["split"]["train"]) // num_train
    split = {"train": data["split"]["train"][::every][:num_train], "val": data["split"]["val"][::every]}
    target.write_bytes(pickle.dumps({"split": split, "annotations": data["annotations"]}))


def read_config(name: str, work_dir: Path, epochs: int, options: dict[str, Any]) -> Config:
    """A config of the repository, for a few epochs in this process alone."""
    config = Config.fromfile(_ROOT / "configs" / "d2sp" / name)
    config.merge_from_dict(
        {
            "work_dir": str(work_dir),
            "experiment_name": work_dir.name,
            "log_level": "WARNING",
            "randomness": {"seed": 0},
            "train_cfg": {"max_epochs": epochs, "val_begin": epochs, "val_interval": epochs},
            "train_dataloader": {"num_workers": 0, "persistent_workers": False},
            "val_dataloader": {"num_workers": 0, "persistent_workers": False},
            **options,
        }
    )
    config.test_cfg = config.test_dataloader = config.test_evaluator = None
    config.param_scheduler[1].end = epochs
    return config


def train(config: Config) -> Runner:
    """Run a config in this process."""
    runner = Runner.from_cfg(config)
    runner.train()
    return runner


def train_stock(config: Config, dataset: dict[str, Any]) -> None:
    """Train one epoch on a dataset with MMAction2's own parts alone: no part of d2sp_mm is in the config."""
    config = Config({name: value for name, value in config.to_dict().items() if name != "custom_imports"})
    config.work_dir += "_stock"
    config.experiment_name += "_stock"
    config.train_cfg.max_epochs = config.train_cfg.val_begin = config.train_cfg.val_interval = 1
    config.param_scheduler = None
    config.train_dataloader.dataset = dataset
    config.train_dataloader.sampler = dict(type="DefaultSampler", shuffle=True)
    config.model.cls_head.loss_cls = dict(type="CrossEntropyLoss")
    for ours in ("purification", "exact_resume"):
        del config.default_hooks[ours]
    config.default_hooks.checkpoint.type = "CheckpointHook"
    assert "d2sp_mm." not in config.pretty_text
    train(config)


def read_decisions(work_dir: Path) -> list[dict[str, str]]:
    """The list of every prune and relabel of a run."""
    with open(work_dir / "purification" / "decisions.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def evaluate(work_dir: Path, truth: Path) -> dict[str, dict[str, Any]]:
    """Evaluate a run with the tool, and check the form of what it wrote."""
    call_tool("evaluate_purification", work_dir, "--truth", truth)
    found = json.loads((work_dir / "purification" / "purification.json").read_text(encoding="utf-8"))
    assert {name: set(part) for name, part in found.items()} == {
        "low_quality": {"planted", "pruned", "ap", "auroc", "precision", "recall"},
        "mislabel": {"planted", "corrected", "ap", "auroc", "precision", "recall", "right_class"},
        "clean_harmed": {"pruned", "relabelled"},
        "left": {"low_quality", "mislabel"},
    }
    return found
