"""AUM's threshold samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from d2sp_mm.ledger.table import LedgerTable

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
    """What the two runs say together: a sample goes if a run flags it in which it is no threshold sample.

    Args:
        known: A ledger of the place, for keys and given labels.
        tables: The ledgers of the two runs.
        sets: Their threshold samples.

    Returns:
        A ledger whose scores are the means over the runs in which a sample kept its label.

    Source:
        AUM, section 4.1: every sample is judged by the run that trains on its label; of two such verdicts either is enough.
    """
    keep = np.ones(len(known), dtype=bool)
    scores = np.full((len(tables), len(known)), np.nan)
    for row, (table, chosen) in enumerate(zip(tables, sets)):
        keep &= table.keep | chosen
        scores[row, ~chosen] = table.quality_scores[~chosen]
    seen = ~np.isnan(scores)
    mean = np.where(seen.any(axis=0), np.nansum(scores, axis=0) / np.maximum(seen.sum(axis=0), 1), np.nan)
    rules = ["" if stays else "prune_small_aum" for stays in keep]
    return LedgerTable(known.keys, known.labels, known.labels, keep, mean, mean, rules, np.where(keep, -1, 0))
