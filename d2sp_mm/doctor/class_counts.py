"""Class counts against prune rate, cap and floor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmengine.config import Config

from d2sp_mm.doctor.finding import Finding
from d2sp_mm.engine.registered_stages import build_stages
from d2sp_mm.functional.selection import class_capacity
from d2sp_mm.stages.pruning import PruningStage

#: Clips of a class below which what is decided about it rests on little.
_FEW_CLIPS = 10


def check_class_counts(config: Config, labels: Sequence[int]) -> list[Finding]:
    """What the pruning stages can take from each class.

    Args:
        config: A purified config.
        labels: Of the training set, each in range.

    Source:
        The limits are those of :class:`d2sp_mm.stages.pruning.PruningStage`.
    """
    num_classes = int(config.model.cls_head.num_classes)
    counts = np.bincount(np.asarray(labels, dtype=np.int64), minlength=num_classes)
    findings = [Finding("ok", f"{len(labels)} training samples of {num_classes} classes: {', '.join(map(str, counts))}")]
    built = build_stages(config.default_hooks.purification.get("stages") or {})
    empty, few = np.flatnonzero(counts == 0), np.flatnonzero((counts > 0) & (counts < _FEW_CLIPS))
    if len(empty) and built:
        what = f"no training sample of {_classes(empty)}: a label could be corrected to what the model has never seen"
        findings.append(Finding("warn", what, "set model.cls_head.num_classes to the classes that there are"))
    if len(few) and built:
        what = f"fewer than {_FEW_CLIPS} samples of {_classes(few)}: decisions about them rest on little"
        findings.append(Finding("warn", what, "raise class_floor of the stages, so that they are left alone"))
    for name, stage in built.items():
        if isinstance(stage, PruningStage):
            findings += _capacity(name, stage, counts)
    return findings


def _capacity(name: str, stage: PruningStage, counts: np.ndarray) -> list[Finding]:
    where = f"default_hooks.purification.stages.{name}"
    capacity = class_capacity(counts, np.zeros_like(counts), stage.class_cap, stage.class_floor)
    wanted = round(stage.rate * counts.sum())
    limits = f"class_cap={stage.class_cap}, class_floor={stage.class_floor}"
    if capacity.sum() < wanted:
        what = f"{where}.rate={stage.rate} wants {wanted} samples, but {limits} leave {capacity.sum()}"
        return [Finding("warn", what, "lower the rate, or raise class_cap")]
    held = np.flatnonzero((capacity == 0) & (counts > 0))
    findings = [Finding("ok", f"{where}: {wanted} samples will go at most, {limits} allow {capacity.sum()}")]
    if len(held):
        findings.append(
            Finding("warn", f"{where}: {limits} let nothing go of {_classes(held)}", "raise class_cap if you mind")
        )
    return findings


def _classes(labels: np.ndarray) -> str:
    return f"class {labels[0]}" if len(labels) == 1 else f"classes {', '.join(map(str, labels))}"
