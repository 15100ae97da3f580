"""Ledgers that version 1 saved are read by what is here now."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Ledger
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.old_state import upgraded

KEYS, LABELS, CLASSES = ["a.mp4", "b.mp4", "c.mp4", "d.mp4"], np.array([0, 1, 2, 2]), 3


def of_version_1():
    """A ledger, and its state in the form that version 1 gave it."""
    ledger = Ledger(KEYS, LABELS, CLASSES, window=2)
    for epoch in range(2):
        probs = np.random.default_rng(epoch).dirichlet(np.ones(CLASSES), 4).astype(np.float16)
        ledger.observe(epoch, np.arange(4), probs.astype(np.float32), np.full(4, 0.5, np.float32), np.array([3]))
    relabel = dict(relabel=np.array([2]), new_labels=np.array([1]))
    ledger.apply(Decision(rule="r", epoch=1, scores={"quality_score": np.linspace(0, 1, 4)}, **relabel))
    old = dict(ledger.state(), version=1)
    del old["num_classes"], old["observations/bits"]
    old["observations/probs"] = np.ascontiguousarray(old["observations/probs"].transpose(0, 2, 1))
    for name in ("corrected_labels", "undecodable"):
        old[name] = old[name].astype(np.int64)
    for name in [name for name in old if name.startswith("scores/")]:
        old[name] = old[name].astype(np.float64)
    return ledger, old


@pytest.mark.parametrize("bits", [4, 16])
def test_version_1_is_taken_over(bits):
    ledger, old = of_version_1()
    new = Ledger(KEYS, LABELS, CLASSES, window=2, bits=bits)
    new.load(old)
    assert new.next_epoch == 2 and new.corrected_labels.tolist() == [0, 1, 1, 2] and new.undecodable.tolist() == [0, 0, 0, 2]
    np.testing.assert_array_equal(new.observations.predictions(2, 1), ledger.observations.predictions(2, 1))
    np.testing.assert_array_equal(new.scores["quality_score"], ledger.scores["quality_score"])
    if bits == 16:
        np.testing.assert_array_equal(new.observations.mean_probs(2, 1), ledger.observations.mean_probs(2, 1))
        assert new.fingerprint(1) == ledger.fingerprint(1)


def test_what_is_upgraded_stays_as_it_is():
    _, old = of_version_1()
    once = upgraded(old)
    twice = upgraded(once)
    assert once.keys() == twice.keys()
    for name, value in once.items():
        np.testing.assert_array_equal(value, twice[name])


@pytest.mark.parametrize(
    ("name", "value"), [("corrected_labels", 65_536), ("corrected_labels", -1), ("undecodable", -1), ("undecodable", 70_000)]
)
def test_values_that_are_none_are_refused(name, value):
    _, old = of_version_1()
    old[name][0] = value
    with pytest.raises(DataError, match=name):
        Ledger(KEYS, LABELS, CLASSES, window=2).load(old)


def test_probabilities_of_another_shape_are_named():
    _, old = of_version_1()
    old["observations/probs"] = old["observations/probs"][0]
    with pytest.raises(DataError, match="observations/probs"):
        Ledger(KEYS, LABELS, CLASSES, window=2).load(old)


@pytest.mark.parametrize("name", ["observations/probs", "undecodable", "scores/quality_score"])
def test_what_version_1_lacks_is_named(name):
    _, old = of_version_1()
    del old[name]
    with pytest.raises(DataError, match=name.split("/")[-1]):
        Ledger(KEYS, LABELS, CLASSES, window=2).load(old)


def test_other_classes_are_refused():
    _, old = of_version_1()
    with pytest.raises(DataError, match="3 classes"):
        Ledger(KEYS, LABELS, 4, window=2).load(old)
