"""Pruning what no decoder can read."""

from __future__ import annotations

import numpy as np

from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.class_limits import within_class_limits

RULE = "undecodable"


def prune_undecodable(ledger: Ledger, epoch: int, tolerance: float = 0.0) -> Decision:
    """Prune the clips that failed to decode: in more than a share of the epochs so far, or in all of them.

    No rate and no cap of a class holds them back: MMAction2 stops at the first that fails when it trains on a purified
    annotation, be it in its first epoch or in its last. A class that consists of nothing else keeps one, so that it does not
    vanish.

    Args:
        ledger: The ledger, with the observations of ``epoch`` written.
        epoch: The epoch that just ended, counted from 0.
        tolerance: Share of the epochs so far, in [0, 1], in which a clip may have failed.

    Returns:
        The decision; quality score 0 for what it found.

    Source:
        Our own.
    """
    failed = ledger.undecodable > 0
    if not failed.any():
        return Decision(rule=RULE, epoch=epoch)
    too_often = (ledger.undecodable > tolerance * (epoch + 1)) | (ledger.undecodable > epoch)
    found = failed & too_often & ledger.keep & ~ledger.judged
    # Where a class must keep one, it keeps the one that failed least.
    read = 1 - np.minimum(ledger.undecodable / (epoch + 1), 1)
    prune = within_class_limits(ledger, found, np.where(found, read, np.nan))
    return Decision(rule=RULE, epoch=epoch, prune=prune, scores={"quality_score": np.where(found, 0.0, np.nan)})
