"""What holds for every stage."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import subprocess
import sys

import numpy as np
import pytest

from d2sp_mm import stages
from d2sp_mm.errors import ConfigError
from tests.stages.cases import MAX_EPOCHS, STAGES, observed_ledger

ALL = pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)


def test_every_public_stage_has_a_case():
    public = {getattr(stages, name) for name in stages.__all__} - {stages.Stage, stages.baselines}
    public |= {getattr(stages.baselines, name) for name in stages.baselines.__all__}
    assert {type(stage) for stage in STAGES.values()} == public


@ALL
def test_deciding_changes_nothing(stage):
    ledger = observed_ledger()
    before = copy.deepcopy(ledger.state())
    stage.decide(ledger, MAX_EPOCHS - 1)
    for name, value in ledger.state().items():
        np.testing.assert_array_equal(value, before[name])


@ALL
def test_same_ledger_same_decision(stage):
    a, b = (stage.decide(observed_ledger(), MAX_EPOCHS - 1) for _ in range(2))
    np.testing.assert_array_equal(a.prune, b.prune)
    np.testing.assert_array_equal(a.relabel, b.relabel)
    np.testing.assert_array_equal(a.new_labels, b.new_labels)


@ALL
def test_every_stage_finds_something_here(stage):
    decision = stage.decide(observed_ledger(), MAX_EPOCHS - 1)
    assert len(decision.prune) + len(decision.relabel) > 0


@ALL
def test_scores_are_in_range_and_of_all_samples(stage):
    ledger = observed_ledger()
    for scores in stage.decide(ledger, MAX_EPOCHS - 1).scores.values():
        assert scores.shape == (len(ledger),)
        assert ((scores >= 0) & (scores <= 1)).all()


@ALL
def test_a_decision_applied_twice_is_applied_once(stage):
    ledger = observed_ledger()
    decision = stage.decide(ledger, MAX_EPOCHS - 1)
    ledger.apply(decision)
    keep, labels, changes = ledger.keep.copy(), ledger.corrected_labels.copy(), len(ledger.decisions.columns["sample"])
    ledger.apply(decision)
    np.testing.assert_array_equal(ledger.keep, keep)
    np.testing.assert_array_equal(ledger.corrected_labels, labels)
    assert len(ledger.decisions.columns["sample"]) == changes


@ALL
def test_what_is_pruned_is_left_alone(stage):
    ledger = observed_ledger()
    ledger.apply(stage.decide(ledger, MAX_EPOCHS - 1))
    again = stage.decide(ledger, MAX_EPOCHS - 1)
    assert ledger.keep[again.prune].all()
    assert ledger.keep[again.relabel].all()


@ALL
def test_hyper_parameters_are_frozen_and_documented(stage):
    with pytest.raises(dataclasses.FrozenInstanceError):
        stage.start = 1
    for field in dataclasses.fields(stage):
        assert f"{field.name}:" in inspect.getdoc(type(stage))


@ALL
def test_what_only_relabels_waits_for_pruning(stage):
    decision = stage.decide(observed_ledger(), MAX_EPOCHS - 1)
    if len(decision.relabel):
        assert stage.priority >= 1


@ALL
def test_decides_inside_the_schedule(stage):
    epochs = stage.decision_epochs(MAX_EPOCHS)
    assert len(epochs) == stage.rounds
    assert list(epochs) == sorted(set(epochs))
    assert all(stage.window - 1 <= epoch < MAX_EPOCHS for epoch in epochs)


BAD = [
    ("start", 0),
    ("start", 1.5),
    ("start", True),
    ("start", "late"),
    ("rounds", 0),
    ("window", 0),
    ("interval", 0),
    ("rate", 0.0),
    ("rate", 1.0),
    ("rate", float("nan")),
    ("class_cap", 0.0),
    ("class_cap", 1.1),
    ("class_floor", 0),
    ("max_tail_rank", 0.0),
    ("max_of_median", 0.0),
    ("max_of_median", 1.1),
    ("score", "luck"),
    ("seed", -1),
    ("agreement", 0.0),
    ("agreement", 1.01),
    ("min_margin", -0.1),
    ("min_margin", 1.0),
    ("class_balance", -0.1),
    ("class_balance", 1.1),
    ("entropy_of", "luck"),
    ("window", -1),
    ("window", 0.0),
    ("window", 1.5),
    ("threshold", 0.0),
    ("threshold", 1.0),
    ("threshold_class", -1),
    ("percentile", 0.0),
    ("high_share", 1.0),
    ("max_entropy", 1.0),
    ("filter_by", "luck"),
]


@ALL
@pytest.mark.parametrize(("name", "value"), BAD, ids=lambda v: str(v))
def test_bad_values_are_refused_by_name_and_value(stage, name, value):
    if name not in {field.name for field in dataclasses.fields(stage)} or (name == "window" and stage.least_window == value):
        return
    with pytest.raises(ConfigError, match=f"{name}={value!r}"):
        dataclasses.replace(stage, **{name: value})


@ALL
def test_a_schedule_that_is_too_short_is_refused(stage):
    with pytest.raises(ConfigError, match="max_epochs=2"):
        stage.decision_epochs(2)


@ALL
def test_a_window_that_is_not_full_is_refused(stage):
    with pytest.raises(ConfigError, match="window=5"):
        dataclasses.replace(stage, window=5, start=3, rounds=1).decision_epochs(MAX_EPOCHS)


def test_stages_need_neither_torch_nor_an_mm_package():
    code = "import sys, d2sp_mm.stages; print([m for m in ('torch', 'mmengine', 'mmaction', 'mmcv') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
