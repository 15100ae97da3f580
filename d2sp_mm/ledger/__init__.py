"""What a run has seen of every sample, and every decision taken. Numpy only; it decides nothing."""

from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.ledger.observations import Observations
from d2sp_mm.ledger.override import Override

__all__ = ["Decision", "Ledger", "Observations", "Override"]
