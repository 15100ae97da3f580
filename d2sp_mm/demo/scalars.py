"""What the demo takes from the figures that a run has logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from d2sp_mm.errors import DataError


@dataclass(frozen=True, eq=False)
class EpochCurves:
    """How training went, one value an epoch.

    Args:
        epochs: Epochs counted from 1, shape ``(e,)``.
        losses: Mean loss of the epoch's last logged iterations, shape ``(e,)``.
        accuracies: Share of the epoch's training clips that were predicted as labelled, shape ``(e,)``.
    """

    epochs: np.ndarray
    losses: np.ndarray
    accuracies: np.ndarray


def final_accuracy(scalars: Sequence[dict[str, Any]], epochs: int) -> dict[str, float]:
    """Return the test figures of the last epoch, never of the best one.

    Args:
        scalars: What :func:`d2sp_mm.protocol.scalars.read_scalars` returned.
        epochs: Epochs of the run.

    Returns:
        ``top1`` (WAR) and ``uar`` (mean of the classes' recalls), each in [0, 1].

    Raises:
        DataError: There was no validation after the last epoch.
    """
    tests = [entry for entry in scalars if {"acc/top1", "acc/mean1", "step"} <= entry.keys()]
    if not tests or tests[-1]["step"] != epochs:
        found = f"the last is of epoch {tests[-1]['step']}" if tests else "there is none"
        raise DataError(f"demo: no test figures (acc/top1, acc/mean1) of the last epoch, {epochs}; {found}.")
    return {"top1": float(tests[-1]["acc/top1"]), "uar": float(tests[-1]["acc/mean1"])}


def epoch_curves(scalars: Sequence[dict[str, Any]]) -> EpochCurves:
    """Gather the training figures by epoch.

    Args:
        scalars: What :func:`d2sp_mm.protocol.scalars.read_scalars` returned.

    Returns:
        Loss and training accuracy of each epoch.
    """
    by_epoch: dict[int, list[dict[str, Any]]] = {}
    for entry in scalars:
        if "loss" in entry:
            by_epoch.setdefault(int(entry["epoch"]), []).append(entry)
    epochs = sorted(by_epoch)
    return EpochCurves(
        epochs=np.array(epochs, dtype=np.int64),
        # MMEngine smooths the loss itself, but not the accuracy.
        losses=np.array([by_epoch[epoch][-1]["loss"] for epoch in epochs], dtype=np.float64),
        accuracies=np.array([np.mean([e["top1_acc"] for e in by_epoch[epoch]]) for epoch in epochs], dtype=np.float64),
    )
