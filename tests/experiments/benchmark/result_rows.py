"""Rows of a results file, made up."""

from __future__ import annotations

from typing import Any


def row(
    method: str,
    seed: int,
    in_run: float | None = None,
    scratch: float | None = None,
    evaluation: dict[str, Any] | None = None,
    noise: str = "both",
) -> dict[str, Any]:
    """A result of a trial: top-1 of its two models; UAR is a tenth below."""
    return {
        "data_set": "toy", "noise": noise, "seed": seed, "method": method, "in_run": _model(in_run, 40.0),
        "scratch": _model(scratch, 60.0), "max_epochs": 40, "evaluation": evaluation,
    }  # fmt: skip


def _model(top1: float | None, epochs: float) -> dict[str, Any] | None:
    return None if top1 is None else {"top1": top1, "uar": top1 - 0.1, "epochs": epochs, "command": ""}


ROWS = [
    *[row("plain", seed, top1) for seed, top1 in enumerate((0.5, 0.6, 0.7))],
    *[row("oracle", seed, scratch=top1) for seed, top1 in enumerate((0.9, 0.8, 0.7))],
    row("mine", 0, 0.6, 0.8, {"mislabel": {"ap": 0.4}}),
    row("mine", 1, 0.6, 0.7, {"mislabel": {"ap": None}}),
    row("mine", 2, 0.8, 0.7, {"mislabel": {"ap": 0.8}}),
    *[row("chain", seed, scratch=0.8) for seed in range(3)],
    row("mine", 7, 0.1),
    row("mine", 0, 0.1, noise="clean"),
]
