"""Whether the model has learned enough for decisions."""

from __future__ import annotations

from d2sp_mm.stages.purifier import undertrained_warning
from tests.stages.many_samples import EPOCHS


def test_whether_the_model_has_learned_enough(large_ledger):
    predictions = large_ledger.observations.predictions(EPOCHS, EPOCHS - 1)
    agreement = (predictions == large_ledger.labels)[predictions >= 0].mean()
    # The largest class has .6, so .7 is needed, and the labels were made likely enough for less.
    assert agreement < 0.7
    assert f"{agreement:.0%}" in undertrained_warning(large_ledger, EPOCHS - 1, EPOCHS)
