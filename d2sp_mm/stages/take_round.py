"""One round of one stage."""

from __future__ import annotations

from collections.abc import Iterator

from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.stage import Stage
from d2sp_mm.stages.undecodable import prune_undecodable


def take_round(ledger: Ledger, stage: Stage, epoch: int, progress: float) -> Iterator[Decision]:
    """Let a stage decide, after what no decoder can read was pruned, and carry out both.

    Args:
        ledger: The ledger, with the observations of ``epoch`` written; changes.
        stage: The stage.
        epoch: The epoch that just ended, counted from 0.
        progress: Share of the stage's rounds that are done with this one, in (0, 1].

    Yields:
        What was carried out, at once when it was.
    """
    unreadable = prune_undecodable(ledger, epoch, ledger.observations.window)
    if len(unreadable.prune):
        yield ledger.apply(unreadable)
    yield ledger.apply(stage.decide(ledger, epoch, progress=progress))
