"""What a cell comes to, before it is judged."""

from __future__ import annotations

from dataclasses import dataclass

from d2sp_mm.benchmark.run import Run
from d2sp_mm.ledger.table import LedgerTable


@dataclass(frozen=True)
class Outcome:
    """The end of a method on a noisy set.

    Args:
        tested: The run whose last epoch counts.
        table: What was decided of every sample; None for a method that knows the truth.
        epochs: Epochs trained in all, those of helping runs and those shared with the plain run included.
    """

    tested: Run
    table: LedgerTable | None
    epochs: float
