"""Every state of a checkpoint: a new object goes on as the old one does, and what lacks an entry is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from d2sp_mm.engine.resumed_state import to_arrays, to_tensors
from d2sp_mm.errors import DataError
from tests.engine.interrupted_run import stop_after
from tests.engine.state_cases import STATES
from tests.tiny_run import CORRECT, PRUNE, hook_of, tiny_config, train, write_list

STAGES = dict(prune=PRUNE, correct=CORRECT)
ALL = pytest.mark.parametrize("case", STATES.values(), ids=STATES)


def test_the_state_loads_with_weights_only(unbroken):
    saved = torch.load(unbroken[1] / "epoch_6.pth", weights_only=True)
    assert set(saved["purification"]) == {"version", "ledger", "rounds_done", "learner"}
    assert set(saved["exact_resume"]) == {"random_states", "sampler_seed", "inside_epoch"}


def test_a_checkpoint_of_another_annotation_is_refused(unbroken, tmp_path):
    other = write_list(tmp_path / "other.txt", noise=5, mislabel=7)
    config = tiny_config(tmp_path, other, stages=STAGES)
    config.update(resume=True, load_from=str(unbroken[1] / "epoch_3.pth"))
    with pytest.raises(DataError, match="digest"):
        train(config)


def test_a_stage_that_has_another_score_now_starts_with_fresh_weights(ann_file, tmp_path):
    config = tiny_config(tmp_path, ann_file, stages=dict(prune=dict(PRUNE, start=4, score="entropy")))
    first = Runner.from_cfg(Config(config))
    stop_after(first, 1)
    first.train()
    config["default_hooks"]["purification"]["stages"]["prune"]["score"] = "weight"
    config.update(resume=True, load_from=str(tmp_path / "epoch_1.pth"))
    assert set(hook_of(train(config)).ledger.stages) == {"prune"}


@pytest.mark.parametrize(
    ("hook", "key"),
    [
        *(("purification", key) for key in ("ledger", "rounds_done", "learner")),
        *(("exact_resume", key) for key in ("random_states", "sampler_seed", "inside_epoch")),
    ],
)
def test_a_checkpoint_that_lacks_a_key_is_refused_by_its_name(unbroken, ann_file, tmp_path, hook, key):
    path = tmp_path / "damaged.pth"
    saved = torch.load(unbroken[1] / "epoch_1.pth", weights_only=True)
    del saved[hook][key]
    torch.save(saved, path)
    config = tiny_config(tmp_path, ann_file, stages=STAGES)
    config.update(resume=True, load_from=str(path))
    with pytest.raises(DataError, match=key):
        train(config)


@pytest.mark.parametrize("window", [2, 1.0])
def test_a_decision_that_a_resume_has_passed_is_made_up_for(tmp_path, window):
    ann_file = write_list(tmp_path / "train.txt")
    config = tiny_config(tmp_path / "plain", ann_file, stages=None)
    config["train_cfg"]["max_epochs"] = 3
    train(config)
    config = tiny_config(tmp_path / "plain", ann_file, stages=dict(prune=dict(PRUNE, window=window)))
    config.update(resume=True)
    # A late round looks at no more epochs than were planned for, which the ledger has room for. The checkpoint's
    # purification state has no such stage; its epoch 2 is behind, its window is filled anew.
    runner = train(config)
    history = hook_of(runner).ledger.decisions.columns
    assert len(history["sample"]) == 5
    assert set(history["epoch"]) == {4}


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
