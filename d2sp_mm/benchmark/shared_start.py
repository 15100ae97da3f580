"""The epochs that all methods share: what comes before a method's first decision is the plain run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from d2sp_mm.engine.registered_stages import build_stages


def first_decision(hook: Mapping[str, Any], max_epochs: int) -> int | None:
    """The epoch, counted from 0, after which a method first acts; None if it never does or acts from the start.

    Args:
        hook: Config of the purification hook.
        max_epochs: Length of the schedule.
    """
    stages = build_stages(hook.get("stages") or {}).values()
    # A weighted loss is another loss from the first iteration on.
    if not stages or hook.get("dry_run") or hook.get("weighting", "detached") != "detached":
        return None
    first = min(stage.decision_epochs(max_epochs)[0] for stage in stages)
    return first if first > 0 else None


def uses_weights(hook: Mapping[str, Any]) -> bool:
    """Whether any stage needs learned weights."""
    return any(stage.uses_weights for stage in build_stages(hook.get("stages") or {}).values())


def observing_hook(hooks: Iterable[Mapping[str, Any]], max_epochs: int) -> dict[str, Any]:
    """A hook that observes for all of these: it keeps every epoch, learns weights if any needs them, and changes nothing.

    Args:
        hooks: The hooks of the methods that go on from its checkpoints.
        max_epochs: Length of the schedule.
    """
    hook: dict[str, Any] = {"type": "d2sp_mm.PurificationHook", "history": max_epochs, "dry_run": True}
    if any(map(uses_weights, hooks)):
        # It decides behind the last epoch that anybody goes on from, so that weights are learned until then.
        hook["stages"] = {"weigh": {"type": "d2sp_mm.CoarsePruning", "score": "weight", "start": max_epochs, "window": 1}}
    return hook


def checkpoint(plain: Path, epoch: int) -> Path:
    """The plain run's checkpoint after ``epoch`` epochs."""
    return plain / f"epoch_{epoch}.pth"
