"""Settings that run, but perhaps not as they are meant, and some that would fail late."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.hooks import CheckpointHook
from mmengine.runner import get_priority

from d2sp_mm.compat.installed import cpu_is_the_device
from d2sp_mm.doctor.finding import Finding
from d2sp_mm.engine import PurificationHook
from d2sp_mm.engine.registered_stages import build_stages
from d2sp_mm.recipes.unsupported import type_name

#: Iterations before a decision below which neither score was seen to rank clips well (docs/d2sp.md).
_FEW_ITERATIONS = 1000


def check_settings(config: Config, draws: int | None) -> list[Finding]:
    """What a purified config would step into.

    Args:
        config: A purified config.
        draws: Samples that an epoch of training draws; None where the training set could not be read.

    Source:
        MMEngine 0.10.7 and MMAction2 1.2.0, read and run.
    """
    findings = [finding for check in _CHECKS if (finding := check(config)) is not None]
    return findings + ([] if draws is None else [*_batches(config, draws), *_iterations(config, draws)])


def _bridges(config: Config) -> Finding | None:
    imports = (config.get("custom_imports") or {}).get("imports") or []
    if "d2sp_mm.compat" in ([imports] if isinstance(imports, str) else imports):
        return None
    what = (
        "custom_imports lacks 'd2sp_mm.compat': without the bridges, mim and torchrun meet the defects that are listed above"
    )
    return Finding("warn", what, "custom_imports=dict(imports=['d2sp_mm.compat'], allow_failed_imports=False)")


def _amp(config: Config) -> Finding | None:
    if type_name(config.get("optim_wrapper") or {}) != "AmpOptimWrapper" or not cpu_is_the_device():
        return None
    return Finding("fail", "optim_wrapper.type='AmpOptimWrapper' needs a GPU and there is none", "use OptimWrapper")


def _load_from(config: Config) -> Finding | None:
    path = config.get("load_from")
    if not path or "://" in str(path) or Path(path).is_file():
        return None
    return Finding("fail", f"load_from={path!r} is not there", "name a checkpoint that is, or None")


def _work_dir(config: Config) -> Finding | None:
    folder = Path(config.get("work_dir") or ".").absolute()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if existing.is_dir() and os.access(existing, os.W_OK):
        return None
    return Finding("fail", f"work_dir={str(folder)!r}: {existing} cannot be written to", "name another --work-dir")


def _drop_last(config: Config) -> Finding | None:
    if not config.train_dataloader.get("drop_last"):
        return None
    what = (
        "train_dataloader.drop_last=True: some samples of each epoch are not looked at, and observed less often than others"
    )
    return Finding("warn", what, "set it to False, unless the last batch is too small for batch normalisation")


def _seed(config: Config) -> Finding | None:
    if (config.get("randomness") or {}).get("seed") is not None:
        return None
    return Finding(
        "warn", "no seed: two runs will decide differently", "tools/train.py --seed 0, or randomness=dict(seed=0)"
    )


def _metrics(config: Config) -> Finding | None:
    evaluator = config.get("val_evaluator")
    metrics = evaluator if isinstance(evaluator, (list, tuple)) else [evaluator or {}]
    for metric in metrics:
        if type_name(metric) == "AccMetric":
            wanted = metric.get("metric_list", ("top_k_accuracy", "mean_class_accuracy"))
            if "mean_class_accuracy" in wanted:
                return None
            return Finding(
                "warn",
                f"val_evaluator.metric_list={tuple(wanted)!r}: accuracy alone hides what happens to rare classes",
                "add 'mean_class_accuracy' (UAR)",
            )
    return None


def _best(config: Config) -> Finding | None:
    best = ((config.get("default_hooks") or {}).get("checkpoint") or {}).get("save_best")
    if not best or not _same_lists(config):
        return None
    what = f"default_hooks.checkpoint.save_best={best!r} chooses the epoch on the test set: val and test have the same list"
    return Finding("warn", what, "report the last epoch, or hold out a part of the training set")


def _same_lists(config: Config) -> bool:
    val, test = (((config.get(f"{name}_dataloader") or {}).get("dataset") or {}).get("ann_file") for name in ("val", "test"))
    return val is not None and val == test


def _checkpoints_in_place(config: Config) -> Finding | None:
    # Where there is none, MMEngine puts its own.
    hook = (config.get("default_hooks") or {}).get("checkpoint", {"type": "CheckpointHook"})
    if type_name(hook) != "CheckpointHook":
        return None
    what = "default_hooks.checkpoint.type='CheckpointHook' writes in place, and removes the old before the new is there"
    advice = "type='d2sp_mm.AtomicCheckpointHook' takes its settings; else a run that is killed meanwhile may have none"
    return Finding("warn", what, advice)


def _resumes_exactly(config: Config) -> Finding | None:
    hooks = [*(config.get("custom_hooks") or []), *(config.get("default_hooks") or {}).values()]
    if any(type_name(hook) == "ExactResumeHook" for hook in hooks if hook):
        return None
    what = "there is no ExactResumeHook: a resumed run draws other random numbers than the unbroken one"
    return Finding("warn", what, "default_hooks=dict(exact_resume=dict(type='d2sp_mm.ExactResumeHook'))")


def _early_stop(config: Config) -> Finding | None:
    hooks = [*(config.get("custom_hooks") or []), *(config.get("default_hooks") or {}).values()]
    if not any(type_name(hook) == "EarlyStoppingHook" for hook in hooks if hook):
        return None
    what = "EarlyStoppingHook may end training before the stages have decided"
    return Finding("warn", what, "leave it out of the purification run; train the final model with it")


def _priority(config: Config) -> Finding | None:
    hooks: dict[str, Any] = config.default_hooks
    ours = get_priority(hooks["purification"].get("priority", PurificationHook.priority))
    checkpoint = get_priority((hooks.get("checkpoint") or {}).get("priority", CheckpointHook.priority))
    if ours < checkpoint:
        return None
    what = "the checkpoint hook does not come after the purification hook: checkpoints would lack the last decision"
    return Finding("fail", what, "leave out the priorities of default_hooks.checkpoint and default_hooks.purification")


def _batches(config: Config, draws: int) -> Iterator[Finding]:
    """Whether there is a batch at all, and one of a single clip."""
    loader = config.train_dataloader
    batch = loader.batch_size
    if loader.get("drop_last") and batch > draws:
        what = f"train_dataloader.drop_last=True with batch_size={batch} and {draws} samples: there is no full batch"
        yield Finding("fail", what, "set drop_last=False or a smaller batch_size")
    elif loader.get("drop_last") and (loader.get("sampler") or {}).get("epoch_length") == "shrink":
        stages = build_stages(config.default_hooks.purification.get("stages") or {}).values()
        left = draws - sum(round(getattr(stage, "rate", 0.0) * draws) * stage.rounds for stage in stages)
        if batch > left:
            what = f"drop_last=True, epoch_length='shrink': pruning may leave {left} of {draws} samples, batch_size={batch}"
            yield Finding("warn", what, "a run ends where not one full batch is left; lower the rate or batch_size")
    elif not loader.get("drop_last") and batch > 1 and draws % batch == 1:
        what = (
            f"the last batch of an epoch of plain MMAction2 is a batch of one: {draws} samples, batch_size={batch}. Batch "
            "normalisation over clips alone (BatchNorm1d) ends training there; stages that act draw one sample more"
        )
        yield Finding("warn", what, "where the network has such a layer, set drop_last=True or another batch_size")


def _iterations(config: Config, draws: int) -> Iterator[Finding]:
    """Whether a stage decides before anything has been learned."""
    batch = config.train_dataloader.batch_size
    for name, stage in build_stages(config.default_hooks.purification.get("stages") or {}).items():
        first = stage.decision_epochs(config.train_cfg.max_epochs)[0] + 1
        iterations = first * -(-draws // batch)
        if iterations < _FEW_ITERATIONS:
            yield Finding(
                "warn",
                f"stage {name!r} first decides after {first} epochs, {iterations} iterations of one process: with fewer "
                f"than about {_FEW_ITERATIONS}, scores were seen to say little (docs/d2sp.md)",
                f"train longer, or start later (default_hooks.purification.stages.{name}.start)",
            )


_CHECKS: tuple[Callable[[Config], Finding | None], ...] = (
    _bridges,
    _amp,
    _load_from,
    _work_dir,
    _drop_last,
    _seed,
    _metrics,
    _best,
    _checkpoints_in_place,
    _resumes_exactly,
    _early_stop,
    _priority,
)
