"""How many samples, classes and epochs the large ledger has."""

from __future__ import annotations

N, CLASSES, EPOCHS = 20_000, 3, 3
