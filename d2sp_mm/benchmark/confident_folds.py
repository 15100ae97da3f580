"""Confident learning from out-of-fold predictions."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from d2sp_mm.errors import DataError
from d2sp_mm.ledger.table import LedgerTable


def judge_folds(
    known: LedgerTable,
    predictions: Sequence[tuple[npt.NDArray[np.int64], Path]],
    num_classes: int,
    filter_by: str | None = None,
) -> LedgerTable:
    """What cleanlab prunes, given the predictions of models that had not trained on a sample.

    Args:
        known: A ledger of the place, for keys and given labels; what it does not keep could not be read, and goes.
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
    rules = ["" if stays else "prune_by_cleanlab" for stays in keep]
    return LedgerTable(known.keys, known.labels, known.labels, keep, scores, scores, rules, np.where(keep, -1, 0))
