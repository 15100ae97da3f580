from __future__ import annotations

from typing import Any

import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.demo.summary import epoch_curves, final_accuracy

_LOG: list[dict[str, Any]] = [
    {"loss": 2.0, "top1_acc": 0.25, "epoch": 1, "iter": 1, "step": 1},
    {"loss": 1.8, "top1_acc": 0.75, "epoch": 1, "iter": 2, "step": 2},
    {"acc/top1": 0.9, "acc/mean1": 0.8, "step": 1},
    {"loss": 1.0, "top1_acc": 1.0, "epoch": 2, "iter": 3, "step": 3},
    {"purification/pruned": 4, "step": 2},
    {"acc/top1": 0.5, "acc/mean1": 0.4, "step": 2},
]


def test_the_last_epoch_counts_not_the_best() -> None:
    assert final_accuracy(_LOG, epochs=2) == {"top1": 0.5, "uar": 0.4}


@pytest.mark.parametrize(("log", "found"), [(_LOG[:4], "the last is of epoch 1"), (_LOG[:2], "there is none")])
def test_no_figures_of_the_last_epoch_are_an_error(log: list[dict[str, Any]], found: str) -> None:
    with pytest.raises(DataError, match=f"of the last epoch, 2; {found}"):
        final_accuracy(log, epochs=2)


def test_curves_have_one_value_an_epoch() -> None:
    curves = epoch_curves(_LOG)
    assert curves.epochs.tolist() == [1, 2]
    assert curves.losses.tolist() == [1.8, 1.0]
    assert curves.accuracies.tolist() == [0.5, 1.0]
