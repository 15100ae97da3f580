"""Rows of a results file, made up."""

from __future__ import annotations

from typing import Any


def row(method: str, seed: int, top1: float, evaluation: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A result of a trial."""
    figures = {
        "data_set": "toy", "noise": "both", "seed": seed, "method": method, "top1": top1, "uar": top1 - 0.1, "epochs": 20.0,
        "max_epochs": 40, "iteration_seconds": 0.3, "plain_seconds": 0.2, "evaluation": evaluation,
    }  # fmt: skip
    return {**figures, **more}


ROWS = [
    *[row("plain", seed, top1) for seed, top1 in enumerate((0.5, 0.6, 0.7))],
    *[row("oracle", seed, top1) for seed, top1 in enumerate((0.9, 0.8, 0.7))],
    *[row("mine", seed, top1, {"mislabel": {"ap": a}}) for seed, top1, a in ((0, 0.6, 0.4), (1, 0.6, None), (2, 0.8, 0.8))],
    row("mine", 7, 0.1),
    row("mine", 0, 0.1, noise="clean"),
]
