"""When stages decide, over which epochs, and whether the model has learned enough for it."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.ledger import Ledger
from d2sp_mm.stages import FineCorrection
from d2sp_mm.stages.purifier import Purifier, undertrained_warning
from tests.stages.many_samples import EPOCHS


def test_whether_the_model_has_learned_enough(large_ledger):
    predictions = large_ledger.observations.predictions(EPOCHS, EPOCHS - 1)
    agreement = (predictions == large_ledger.labels)[predictions >= 0].mean()
    # The largest class has .6, so .7 is needed, and the labels were made likely enough for less.
    assert agreement < 0.7
    assert f"{agreement:.0%}" in undertrained_warning(large_ledger, EPOCHS - 1, EPOCHS)


def memorising_ledger(memorises: bool) -> Ledger:
    """Ten epochs of 40 samples, the first of them mislabelled: predicted right for four epochs, then as labelled."""
    true, classes = np.arange(40) % 4, 4
    labels = np.where(np.arange(40) < 4, (true + 1) % 4, true)
    ledger = Ledger([str(n) for n in range(40)], labels, classes, window=10)
    for epoch in range(10):
        says = labels if memorises and epoch >= 4 else true
        ledger.observe(epoch, np.arange(40), 0.8 * np.eye(classes)[says] + 0.05)
    return ledger


@pytest.mark.parametrize(("memorises", "early", "found"), [(True, True, 4), (True, False, 0), (False, True, 4)])
def test_a_stage_looks_back_at_early_learning_where_labels_have_been_memorised(memorises, early, found):
    ledger = memorising_ledger(memorises)
    stage = FineCorrection(start=1.0, window=0.5, min_margin=0.2, early_learning=early)
    assert stage.needed_epochs(9) == (10 if early else 5)
    # Memorised in the fifth epoch: the second is the last one that is looked at.
    assert stage.last_look(ledger, 9) == (1 if memorises and early else 9)
    (decision,) = Purifier(ledger, {"correct": stage}, 10).step(9)
    assert sorted(decision.relabel) == list(range(found)) and decision.epoch == 9
    assert decision.summary.get("looked_until_epoch") == (2 if memorises and early else None)
    assert (ledger.corrected_labels[:4] == np.arange(4)).all() == (found == 4)


def test_early_learning_that_is_no_switch_is_refused():
    with pytest.raises(ConfigError, match=r"FineCorrection: early_learning=0.5 must be True or False"):
        FineCorrection(early_learning=0.5)
