"""What holds for every state: it goes through a checkpoint into a new object, which goes on as the old one does."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from d2sp_mm.engine.resumed_state import to_arrays, to_tensors
from d2sp_mm.errors import DataError
from tests.state_cases import STATES

ALL = pytest.mark.parametrize("case", STATES.values(), ids=STATES)


def through_a_file(state, path):
    torch.save(to_tensors(state), path)
    return torch.load(path, weights_only=True)


def loadable(name, state):
    """The learner and the generators take tensors, as they stand in a checkpoint; the ledger is numpy's."""
    return to_arrays(state) if name in ("ledger", "observations") else state


@pytest.mark.parametrize("name", STATES)
def test_a_new_object_goes_on_as_the_old_one(name, tmp_path):
    case = STATES[name]
    old = case.live()
    saved = through_a_file(case.state(old), tmp_path / "state.pth")
    expected = case.go_on(old)
    new = case.fresh()
    case.load(new, loadable(name, saved))
    found = case.go_on(new)
    assert len(found) == len(expected) > 0
    for ours, theirs in zip(found, expected):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", STATES)
def test_without_the_state_it_would_go_on_otherwise(name):
    """Or the test above could not fail."""
    case = STATES[name]
    expected, found = case.go_on(case.live()), case.go_on(case.fresh())
    same = [np.shape(a) == np.shape(b) and np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind == "f")
            for a, b in zip(found, expected)]  # fmt: skip
    assert not all(same)


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, case in STATES.items() for key in case.required])
def test_a_state_that_lacks_an_entry_is_refused_by_its_name(name, key):
    case = STATES[name]
    state = dict(case.state(case.live()))
    del state[key]
    with pytest.raises(DataError, match=key):
        case.load(case.fresh(), state)


@ALL
def test_saving_changes_nothing(case):
    thing = case.live()
    first, second = to_tensors(case.state(thing)), to_tensors(case.state(thing))

    def equal(a, b):
        if isinstance(a, dict):
            return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
        if isinstance(a, torch.Tensor):
            return torch.equal(a.nan_to_num(), b.nan_to_num()) if a.is_floating_point() else torch.equal(a, b)
        return a == b

    assert equal(first, second)
