"""What became of each sample."""

from __future__ import annotations

import numpy as np

from d2sp_mm.ledger.table import LedgerTable

FATES = ("kept", "pruned", "relabelled")


def fates(table: LedgerTable) -> list[str]:
    """What became of every sample, one of ``FATES``; one that was relabelled and then pruned is pruned."""
    moved = table.corrected_labels != table.labels
    return [str(fate) for fate in np.where(~table.keep, "pruned", np.where(moved, "relabelled", "kept"))]
