"""Holding a pass to what it learned early, where the pass before has memorised its labels."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from d2sp_mm.engine.early_learning import EarlyLearning
from d2sp_mm.errors import ConfigError
from d2sp_mm.ledger import Ledger
from d2sp_mm.models import ObservingCrossEntropyLoss
from d2sp_mm.runs.scalars import read_scalars
from tests.tiny_run import assert_same_weights, hook_of, tiny_config, train, weights_of, write_list

#: Looks at two epochs at the end, and changes nothing.
LOOKS = dict(correct=dict(type="d2sp_mm.FineCorrection", start=6, window=2, min_margin=0.99))


class Sample:
    def __init__(self, index: int) -> None:
        self.metainfo = {"sample_index": index}


@pytest.fixture(scope="module")
def memorised(tmp_path_factory):
    """A list that a tiny run fits to the last label, and the folder of that run."""
    folder = tmp_path_factory.mktemp("memorised")
    ann_file = write_list(folder / "train.txt")
    train(tiny_config(folder / "pass_1", ann_file, stages=LOOKS))
    return ann_file, folder / "pass_1"


def second_pass(folder, ann_file, earlier, **hook):
    return tiny_config(folder, ann_file, stages=LOOKS, keep_epochs=3, continue_from=str(earlier), **hook)


def early_losses(folder):
    return [entry["loss_early"] for entry in read_scalars(folder) if "loss_early" in entry]


def test_it_holds_a_pass_after_one_that_has_memorised_and_goes_on_where_it_was(memorised, tmp_path):
    ann_file, earlier = memorised
    runner = train(second_pass(tmp_path / "held", ann_file, earlier, early_learning=7.0))
    assert min(early_losses(tmp_path / "held")) < -0.1
    free = train(second_pass(tmp_path / "free", ann_file, earlier))
    assert not early_losses(tmp_path / "free")
    held, without = weights_of(runner), weights_of(free)
    assert any(not torch.equal(held[name], without[name]) for name in held)
    # What it is held to is in the ledger, so a resumed run ends with the same bits.
    config = second_pass(tmp_path / "resumed", ann_file, earlier, early_learning=7.0)
    config.update(load_from=str(tmp_path / "held" / "epoch_4.pth"), resume=True)
    assert_same_weights(weights_of(train(config)), held)


def test_a_pass_that_only_observes_is_left_alone(memorised, tmp_path):
    ann_file, earlier = memorised
    runner = train(second_pass(tmp_path / "dry", ann_file, earlier, early_learning=7.0, dry_run=True))
    assert not early_losses(tmp_path / "dry") and hook_of(runner).ledger.number == 2


@pytest.mark.parametrize("value", [-1, True, "7"])
def test_a_strength_that_is_none_is_refused(memorised, tmp_path, value):
    with pytest.raises(ConfigError, match=r"early_learning=.* must be a number >= 0"):
        train(second_pass(tmp_path, *memorised, early_learning=value))


def test_means_are_those_of_the_ledger_and_a_class_is_held_once_it_is_learned(unbroken):
    labels = np.array([0, 0, 1, 1])
    ledger = Ledger(list("abcd"), labels, 2, window=3)
    loss = ObservingCrossEntropyLoss()
    early = EarlyLearning(unbroken[0], loss, ledger, strength=5.0)
    early.begin_epoch(0)
    early.begin_batch({"data_samples": [Sample(0)]})
    assert loss.early_learning is None
    # Of class 0 both samples are predicted as labelled, of class 1 none; the last sample is seen once.
    for epoch, says in enumerate(([0.6, 0.8, 0.7, np.nan], [0.7, 0.9, 0.8, 0.6])):
        seen = np.flatnonzero(~np.isnan(says))
        first = np.array(says)[seen]
        ledger.observe(epoch, seen, np.stack([first, 1 - first], axis=1))
    early.begin_epoch(2)
    early.begin_batch({"data_samples": [Sample(3), Sample(0)]})
    _, means, strengths = loss.early_learning
    assert strengths.tolist() == [0.0, 5.0]
    expected = [[0.1 * 0.6, 0.1 * 0.4], [0.9 * 0.1 * 0.6 + 0.1 * 0.7, 0.9 * 0.1 * 0.4 + 0.1 * 0.3]]
    np.testing.assert_allclose(means, expected, atol=2e-4)
