"""Auxiliary runs, which a method needs beside its final one: folds, threshold samples, a shared start."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from d2sp_mm.engine.registered_stages import build_stages
from d2sp_mm.errors import DataError
from d2sp_mm.experiments.protocol.scored import tested_epochs
from d2sp_mm.runs.ledger_table import LedgerTable


def evaluate_folds(
    known: LedgerTable,
    predictions: Sequence[tuple[npt.NDArray[np.int64], Path]],
    num_classes: int,
    filter_by: str | None = None,
) -> LedgerTable:
    """What cleanlab prunes, given the predictions of models that had not trained on a sample.

    Args:
        known: A ledger of the noisy split, for keys and given labels; what it does not keep could not be read, and
            is pruned.
        predictions: For each fold its samples and the file of MMAction2's ``DumpResults`` over them, in their order.
        num_classes: Classes c.
        filter_by: How cleanlab picks; its own default if None.

    Returns:
        A ledger without what was pruned; samples of no fold stay and have no score.

    Raises:
        DataError: A file has another number of samples than its fold.

    Source:
        Northcutt et al. (JAIR 2021); cleanlab's ``find_label_issues`` and ``get_label_quality_scores``.
    """
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    probs = np.full((len(known), num_classes), np.nan)
    for samples, path in predictions:
        with path.open("rb") as stream:
            # Our own runs wrote it a moment ago.
            dumped = pickle.load(stream)
        if len(dumped) != len(samples):
            raise DataError(f"{path}: holds {len(dumped)} predictions for a fold of {len(samples)} samples.")
        probs[samples] = np.stack([np.asarray(sample["pred_score"], dtype=np.float64) for sample in dumped])
    seen = np.flatnonzero(~np.isnan(probs).any(axis=1))
    labels, found = known.labels[seen], probs[seen] / probs[seen].sum(axis=1, keepdims=True)
    scores, keep = np.where(known.keep, np.nan, 0.0), known.keep.copy()
    scores[seen] = get_label_quality_scores(labels, found)
    keep[seen] = ~find_label_issues(labels, found, n_jobs=1, **({"filter_by": filter_by} if filter_by else {}))
    stages, reasons = (["" if stays else word for stays in keep] for word in ("confident-learning", "label"))
    return LedgerTable(known.keys, known.labels, known.labels, keep, scores, scores, stages, reasons, np.where(keep, -1, 0))


Mask = npt.NDArray[np.bool_]


def threshold_sets(num_samples: int, num_classes: int, seed: int) -> tuple[Mask, Mask]:
    """Two disjoint sets of samples that get a class which does not exist.

    Args:
        num_samples: Samples n.
        num_classes: Classes c.
        seed: Seed of the draw.

    Returns:
        Two masks, shape (n,), of ``n // (c + 1)`` samples each.

    Source:
        AUM (Pleiss et al., NeurIPS 2020), section 4.1: as many as an average class has, once the new one is counted.
    """
    size = num_samples // (num_classes + 1)
    order = np.random.default_rng(seed).permutation(num_samples)
    first, second = np.zeros(num_samples, dtype=bool), np.zeros(num_samples, dtype=bool)
    first[order[:size]], second[order[size : 2 * size]] = True, True
    return first, second


def join_flags(known: LedgerTable, tables: Sequence[LedgerTable], sets: Sequence[Mask]) -> LedgerTable:
    """Combine the two runs: a sample is pruned if a run flags it in which it is no threshold sample.

    Args:
        known: A ledger of the noisy split, for keys and given labels.
        tables: The ledgers of the two runs.
        sets: Their threshold samples.

    Returns:
        A ledger whose scores are the means over the runs in which a sample kept its label.

    Source:
        AUM, section 4.1: every sample is ranked by the run that trains on its label; of two such decisions either is
        enough.
    """
    keep = np.ones(len(known), dtype=bool)
    scores = np.full((len(tables), len(known)), np.nan)
    for row, (table, chosen) in enumerate(zip(tables, sets)):
        keep &= table.keep | chosen
        scores[row, ~chosen] = table.quality_scores[~chosen]
    seen = ~np.isnan(scores)
    mean = np.where(seen.any(axis=0), np.nansum(scores, axis=0) / np.maximum(seen.sum(axis=0), 1), np.nan)
    stages, reasons = (["" if stays else word for stays in keep] for word in ("aum", "label"))
    return LedgerTable(known.keys, known.labels, known.labels, keep, mean, mean, stages, reasons, np.where(keep, -1, 0))


def branch_epoch(hook: Mapping[str, Any], max_epochs: int) -> int | None:
    """The epoch of the plain run, counted from 0, before which a method starts; None if it starts afresh.

    It is the one after which the method first acts, or the first that is tested.

    Args:
        hook: Config of the purification hook.
        max_epochs: Length of the schedule.
    """
    stages = build_stages(hook.get("stages") or {}).values()
    # A weighted loss is another loss from the first iteration on.
    if not stages or hook.get("dry_run") or hook.get("weighting", "detached") != "detached":
        return None
    first = min(tested_epochs(max_epochs)[0] - 1, *(stage.decision_epochs(max_epochs)[0] for stage in stages))
    return first if first > 0 else None


def pass_epochs(hook: Mapping[str, Any], max_epochs: int) -> int:
    """How many epochs a pass trains: it ends with the last decision; 0 if there is none.

    Args:
        hook: Config of the purification hook.
        max_epochs: Length of the schedule.
    """
    stages = build_stages(hook.get("stages") or {}).values()
    return max((stage.decision_epochs(max_epochs)[-1] + 1 for stage in stages), default=0)


def uses_weights(hook: Mapping[str, Any]) -> bool:
    """Whether any stage needs learned weights."""
    return any(stage.uses_weights for stage in build_stages(hook.get("stages") or {}).values())


def observing_hook(hooks: Iterable[Mapping[str, Any]], max_epochs: int) -> dict[str, Any]:
    """A hook that observes for all of these: it keeps every epoch, learns weights if any needs them, and changes nothing.

    Args:
        hooks: The hooks of the methods that start from its checkpoints.
        max_epochs: Length of the schedule.
    """
    hook: dict[str, Any] = {"type": "d2sp_mm.PurificationHook", "keep_epochs": max_epochs, "dry_run": True}
    if any(map(uses_weights, hooks)):
        # It decides after the last epoch that any method starts from, so that weights are learned until then.
        hook["stages"] = {"weigh": {"type": "d2sp_mm.CoarsePruning", "score": "weight", "start": max_epochs, "window": 1}}
    return hook


def checkpoint(plain: Path, epoch: int) -> Path:
    """The plain run's checkpoint after ``epoch`` epochs."""
    return plain / f"epoch_{epoch}.pth"
