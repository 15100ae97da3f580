"""Settings and files that cannot work, each tried as a user would, and what the user is told."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.config import Config
from mmengine.runner import BaseLoop, Runner

from d2sp_mm.errors import D2SPError
from d2sp_mm.ledger import Decision
from d2sp_mm.recipes import check_hook, check_work_dir
from d2sp_mm.registry import STAGES
from d2sp_mm.stages import FineCorrection
from tests.tiny_run import CORRECT, PRUNE, tiny_config, write_list

_HOOK = "default_hooks.purification"
_PRUNE, _CORRECT = f"{_HOOK}.stages.prune", f"{_HOOK}.stages.correct"
_DATASET = "train_dataloader.dataset.dataset"
_LIST, _KIND, _SPLIT, _PIPELINE = (f"{_DATASET}.{name}" for name in ("ann_file", "type", "split", "pipeline"))


class TakesAll(FineCorrection):
    """A user's stage without a floor: it gives the first class away."""

    def decide(self, ledger, epoch, progress=1.0):
        found = np.flatnonzero(ledger.corrected_labels == 0)
        return Decision(epoch, "label", relabel=found, new_labels=np.ones(len(found), dtype=np.int64), stage="takes_all")


@dataclass(frozen=True)
class Case:
    """One bad input.

    Args:
        group: What it is about.
        what: What is wrong, for the table.
        changes: Settings by dotted names.
        prepare: Changes the list, or the folder, before the run.
        says: Expression that the error must match.
        trains: Whether it can be known only when training has begun.
    """

    group: str
    what: str
    says: str
    changes: dict[str, Any] = field(default_factory=dict)
    prepare: Callable[[Path, Config], None] | None = None
    trains: bool = False


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path, Config], None]:
    def prepare(folder: Path, config: Config) -> None:
        file = folder / "train.txt"
        file.write_bytes(b"".join(change(file.read_bytes().splitlines(keepends=True))))

    return prepare


def _checkpoint(change: Callable[[dict[str, Any]], None], entry: str = "purification") -> Callable[[Path, Config], None]:
    def prepare(folder: Path, config: Config) -> None:
        first = Config(config._cfg_dict.to_dict())
        first.work_dir, first.experiment_name = str(folder / "first"), f"{config.experiment_name}_first"
        runner = Runner.from_cfg(first)
        runner.train()
        checkpoint = torch.load(folder / "first" / "epoch_6.pth", weights_only=True)
        change(checkpoint[entry])
        torch.save(checkpoint, folder / "other.pth")
        config.update(resume=True, load_from=str(folder / "other.pth"))

    return prepare


def _other_list(folder: Path, config: Config) -> None:
    _checkpoint(lambda state: None)(folder, config)
    write_list(folder / "train.txt", per_class=11)


def _half(folder: Path, config: Config) -> None:
    _checkpoint(lambda state: None)(folder, config)
    other = folder / "other.pth"
    other.write_bytes(other.read_bytes()[:5000])


def _pose(change: Callable[[bytes], bytes]) -> Callable[[Path, Config], None]:
    def prepare(folder: Path, config: Config) -> None:
        entries = [{"frame_dir": f"clip{n}", "label": n % 4, "keypoint": np.zeros((1, 2, 3, 2))} for n in range(8)]
        data = {"split": {"train": [entry["frame_dir"] for entry in entries]}, "annotations": entries}
        (folder / "train.pkl").write_bytes(change(pickle.dumps(data)))
        config.merge_from_dict({_LIST: str(folder / "train.pkl")})

    return prepare


@TRANSFORMS.register_module(force=True)
class TurnLabel(BaseTransform):
    """A user's transform that counts classes from the other end."""

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        return {**results, "label": 3 - results["label"]}


def _turn(folder: Path, config: Config) -> None:
    config.train_dataloader.dataset.dataset.pipeline.insert(0, dict(type="TurnLabel"))


def _below_a_file(folder: Path, config: Config) -> None:
    (folder / "file").write_bytes(b"")
    config.work_dir = str(folder / "file" / "work")


CASES = (
    Case("settings", "rate 0", r"rate=0 must be a share in \(0, 1\)", {f"{_PRUNE}.rate": 0}),
    Case("settings", "rate 1", r"rate=1 must be a share in \(0, 1\)", {f"{_PRUNE}.rate": 1}),
    Case("settings", "rate 'a tenth'", "rate='a tenth' must be", {f"{_PRUNE}.rate": "a tenth"}),
    Case("settings", "rate NaN", "rate=nan must be", {f"{_PRUNE}.rate": float("nan")}),
    Case("settings", "window longer than the epochs", "window=9 epochs are not yet there", {f"{_PRUNE}.window": 9}),
    Case("settings", "window 0", "window=0 must be a number of epochs >= 1", {f"{_PRUNE}.window": 0}),
    Case("settings", "stage starts after training ends", "start=9, .* max_epochs=6", {f"{_CORRECT}.start": 9}),
    Case("settings", "last round after training ends", "rounds=5, .* max_epochs=6", {f"{_CORRECT}.rounds": 5}),
    Case("settings", "start 1.5", "start=1.5 must be", {f"{_PRUNE}.start": 1.5}),
    Case("settings", "no schedule", "max_epochs=0", {"train_cfg.max_epochs": 0}),
    Case("settings", "unknown setting of a stage", "has no setting 'rates'", {f"{_PRUNE}.rates": 0.1}),
    Case("settings", "unknown stage", "'d2sp_mm.Pruning' is unknown; there are", {f"{_PRUNE}.type": "d2sp_mm.Pruning"}),
    Case("settings", "stage that is no dict", "stages.prune=0.1", {_PRUNE: 0.1}),
    Case("settings", "unknown score", "score='loss' is unknown", {f"{_PRUNE}.score": "loss"}),
    Case("settings", "unknown setting of the hook", "has no setting 'dryrun'", {f"{_HOOK}.dryrun": True}),
    Case("settings", "unknown weighting", "weighting='soft' is unknown", {f"{_HOOK}.weighting": "soft"}),
    Case("settings", "max_undecodable 2", "max_undecodable=2 must be", {f"{_HOOK}.max_undecodable": 2}),
    Case("settings", "failure_tolerance -1", "failure_tolerance=-1 must be", {f"{_HOOK}.failure_tolerance": -1}),
    Case("settings", "max_undecodable 'half'", "max_undecodable='half' must be", {f"{_HOOK}.max_undecodable": "half"}),
    Case("settings", "keep_epochs 0", "keep_epochs=0 must be", {f"{_HOOK}.keep_epochs": 0}),
    Case(
        "settings", "unknown epoch_length", "epoch_length='cut' is unknown",
        {"train_dataloader.sampler.epoch_length": "cut"},
    ),
    Case("settings", "max_refetch -1", "max_refetch=-1 must be", {"train_dataloader.dataset.max_refetch": -1}),
    Case("settings", "beta 2", "beta=2 must be", {f"{_HOOK}.weight_learner": {"beta": 2}}),
    Case("list", "it is not there", r"absent\.txt", {_LIST: "absent.txt"}),
    Case("list", "it is empty", "empty", prepare=_lines(lambda lines: [])),
    Case("list", "a label above the classes", r"outside \[0, 4\).*is 9 of", prepare=_lines(lambda x: [b"a.mp4 9\n", *x])),
    Case("list", "a negative label", "line 1: the label -1 is no class", prepare=_lines(lambda x: [b"a.mp4 -1\n", *x])),
    Case("list", "a line without a label", "line 1: the label is missing", prepare=_lines(lambda x: [b"a.mp4\n", *x])),
    Case("list", "a label that is no number", "line 1: .*'anger'", prepare=_lines(lambda x: [b"a.mp4 anger\n", *x])),
    Case("list", "a blank line", "line 1: a blank line", prepare=_lines(lambda x: [b"\n", *x])),
    Case("list", "a blank last line", "line 49: a blank line", prepare=_lines(lambda x: [*x, b"\n"])),
    Case(
        "list", "a subset by numbers", "cannot read the purified list.*write_annotation=False",
        {f"{_DATASET}.indices": [1, 5, 9, 2, 7, 11, 4, 8]},
    ),
    Case("list", "a label that the pipeline changes", "pipeline makes label . of '.*gives label", prepare=_turn),
    Case("list", "a path that is not UTF-8", "line 1: .*not UTF-8", prepare=_lines(lambda x: [b"caf\xe9.mp4 0\n", *x])),
    Case(
        "clips", "more than max_undecodable cannot be decoded", "75.0% .*max_undecodable=50.0%", trains=True,
        prepare=lambda folder, config: write_list(folder / "train.txt", broken=36) and None,
    ),
    Case(
        "clips", "none can be decoded", "none of 21 clips could be decoded",
        prepare=lambda folder, config: write_list(folder / "train.txt", broken=48) and None,
    ),
    Case("training", "the loss becomes NaN", "not finite.*lower the learning rate", {"optim_wrapper.optimizer.lr": 1e30,
         "optim_wrapper.clip_grad": None}, trains=True),
    Case(
        "training", "a user's stage would empty a class", "class 0 without any sample",
        {f"{_CORRECT}.type": "TakesAll"}, trains=True,
    ),
    Case("training", "less than a batch is left", "too few samples are left", {"train_dataloader.batch_size": 48,
         "train_dataloader.drop_last": True, "train_dataloader.sampler.epoch_length": "shrink"}, trains=True),
    Case("checkpoint", "of another list", r"another training annotation \(digest \w{12}, .* \w{12}\)", prepare=_other_list),
    Case(
        "checkpoint", "of a later version", "has version 9",
        prepare=_checkpoint(lambda state: state.update(version=9)),
    ),
    Case(
        "checkpoint", "lacks an entry", r"lacks \['learner'\]",
        prepare=_checkpoint(lambda state: state.pop("learner")),
    ),
    Case(
        "checkpoint", "a damaged ledger", "keep is no array",
        prepare=_checkpoint(lambda state: state["ledger"].update(keep="all")),
    ),
    Case(
        "checkpoint", "its state is no state", "purification state: ledger is a str",
        prepare=_checkpoint(lambda state: state.update(ledger="all of it")),
    ),
    Case(
        "checkpoint", "rounds that are none", r"rounds_done is \{'prune': 'x'\}",
        prepare=_checkpoint(lambda state: state.update(rounds_done={"prune": "x"})),
    ),
    Case(
        "checkpoint", "random states that are none", "random generators is damaged",
        prepare=_checkpoint(lambda state: state["random_states"][0].update(torch=torch.zeros(3)), "exact_resume"),
    ),
    Case("checkpoint", "a part of one", "load_from='.*' is a part of a checkpoint", prepare=_half),
    Case("pose", "misspelt split", "split='xview': .* has the splits 'train'", {_PIPELINE: [], _KIND: "PoseDataset",
         _SPLIT: "xview"}, prepare=_pose(lambda content: content)),
    Case("pose", "a part of the file", "cannot be unpickled", {_PIPELINE: [], _KIND: "PoseDataset", _SPLIT: "train"},
         prepare=_pose(lambda content: content[:-20])),
    Case("pose", "an empty file", "cannot be unpickled", {_PIPELINE: [], _KIND: "PoseDataset", _SPLIT: "train"},
         prepare=_pose(lambda content: b"")),
    Case("loader", "drop_last and a batch above the set", "drop_last=True with batch_size=100.*no full batch",
         {"train_dataloader.drop_last": True, "train_dataloader.batch_size": 100, "param_scheduler": []}),
    Case("work dir", "below a file", "work_dir=.*cannot be written", prepare=_below_a_file),
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What a user gets.

    Args:
        error: Class of the error; empty if there was none.
        message: Its words, with the folder of the try replaced by ``...``.
        iterations: How many were trained before.
    """

    error: str
    message: str
    iterations: int


def attempt(case: Case, folder: Path) -> Answer:
    """Try a case as ``tools/train.py`` does."""
    write_list(folder / "train.txt")
    name = re.sub(r"\W", "_", f"{case.group} {case.what} {folder}")
    settings = tiny_config(folder / "work", folder / "train.txt", stages=dict(prune=dict(PRUNE), correct=dict(CORRECT)))
    config = Config({**settings, "val_dataloader": None, "val_cfg": None, "val_evaluator": None, "experiment_name": name})
    runner = None
    try:
        if case.prepare is not None:
            case.prepare(folder, config)
        config.merge_from_dict(case.changes)
        if TakesAll.__name__ in case.changes.values():
            STAGES.register_module(module=TakesAll, force=True)
        check_hook(config)
        check_work_dir(config)
        runner = Runner.from_cfg(config)
        runner.train()
    except Exception as error:
        message = str(error).replace(str(folder), "...")
        # A resumed run has the iterations of the one before.
        return Answer(type(error).__name__, message, 0 if case.group == "checkpoint" else _iterations(runner))
    finally:
        # Other tests list the stages that there are.
        STAGES.module_dict.pop(TakesAll.__name__, None)
    return Answer("", "", _iterations(runner))


def _iterations(runner: Runner | None) -> int:
    loop = None if runner is None else runner._train_loop
    return loop.iter if isinstance(loop, BaseLoop) else 0


def own_errors() -> set[str]:
    """Names of the errors that we raise on purpose."""
    return {kind.__name__ for kind in D2SPError.__subclasses__()}
