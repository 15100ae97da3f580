"""Telling log and visualizer what was decided."""

from __future__ import annotations

import numpy as np
from mmengine.runner import Runner

from d2sp_mm.ledger import Decision, Ledger


def log_decision(runner: Runner, ledger: Ledger, decision: Decision, dry_run: bool) -> None:
    """One line for people, and the numbers for MMEngine's visualizer (TensorBoard and others).

    Args:
        runner: The runner.
        ledger: The ledger, with the decision applied.
        decision: The decision.
        dry_run: Whether it stays without consequence.
    """
    relabelled = int((ledger.corrected_labels != ledger.labels).sum())
    figures = {
        "pruned_now": len(decision.prune),
        "pruned": int((~ledger.keep).sum()),
        "corrected_now": len(decision.relabel),
        "corrected": relabelled,
        **decision.summary,
    }
    parts = [f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}" for name, value in figures.items()]
    classes = ""
    if len(decision.prune):
        counts = np.bincount(ledger.corrected_labels[decision.prune], minlength=ledger.num_classes)
        classes = f"; pruned by class {counts.tolist()}"
    mode = " (dry run, nothing is changed)" if dry_run else ""
    runner.logger.info(f"purification: {decision.rule} after epoch {decision.epoch + 1}{mode}: {', '.join(parts)}{classes}")
    runner.visualizer.add_scalars({f"purification/{n}": v for n, v in figures.items()}, step=decision.epoch + 1)
