"""Pruning what no decoder can read."""

from __future__ import annotations

import numpy as np

from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.class_limits import within_class_limits

RULE = "undecodable"


def prune_undecodable(ledger: Ledger, epoch: int, window: int) -> Decision:
    """Prune the clips that failed to decode and were never seen in the last ``window`` epochs.

    No rate and no cap of a class holds them back: they train nothing, and MMAction2 stops at the first that stands in a
    purified annotation. A class that consists of nothing else keeps one, so that it does not vanish.

    Args:
        ledger: The ledger, with the observations of ``epoch`` written.
        epoch: The epoch that just ended, counted from 0.
        window: Number of epochs looked at.

    Returns:
        The decision; quality score 0 for what it found.

    Source:
        Our own.
    """
    failed = ledger.undecodable > 0
    if not failed.any():
        return Decision(rule=RULE, epoch=epoch)
    found = failed & ledger.keep & ~ledger.judged & ledger.observations.never_seen(window, epoch)
    scores = np.where(found, 0.0, np.nan)
    prune = within_class_limits(ledger, found, scores)
    return Decision(rule=RULE, epoch=epoch, prune=prune, scores={"quality_score": scores})
