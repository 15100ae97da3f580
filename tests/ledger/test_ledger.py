"""The ledger: what is written stays written, and its state goes on in a new object."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from d2sp_mm.engine.resumed_state import to_arrays, to_tensors
from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Decision, Ledger
from d2sp_mm.ledger.decision import REASONS

N, C = 12, 3
KEYS = [f"a,\n{i}\udcff.mp4" for i in range(N)]
LABELS = np.arange(N) % C


def empty(window: int = 2, labels: np.ndarray = LABELS, keys: list[str] = KEYS, classes: int = C) -> Ledger:
    return Ledger(keys, labels, classes, window)


def observe(ledger: Ledger, epoch: int) -> None:
    rng = np.random.default_rng(epoch)
    probs = rng.dirichlet(np.ones(C), size=N - 1)
    ledger.observe(epoch, np.arange(N - 1), probs, rng.random(N - 1), undecodable=np.array([N - 1, N - 1]))


def decide(ledger: Ledger, epoch: int) -> None:
    rng = np.random.default_rng(100 + epoch)
    scores = np.where(rng.random(N) < 0.3, np.nan, rng.random(N))
    relabel = np.array([2 + epoch])
    ledger.apply(
        Decision(
            stage=f"stage{epoch % 2}",
            reason=REASONS[epoch % 2],
            epoch=epoch,
            prune=np.array([epoch]),
            relabel=relabel,
            new_labels=(LABELS[relabel] + 1) % C,
            scores={"quality_score": scores, "label_score": 1 - scores},
        )
    )


def lived(epochs: int = 3) -> Ledger:
    ledger = empty()
    for epoch in range(epochs):
        observe(ledger, epoch)
        decide(ledger, epoch)
    return ledger


def through_a_file(state: dict) -> dict:
    """As a checkpoint does it."""
    file = io.BytesIO()
    torch.save(to_tensors(state), file)
    file.seek(0)
    return to_arrays(torch.load(file, weights_only=True))


def assert_same_state(a: Ledger, b: Ledger) -> None:
    left, right = a.state(), b.state()
    assert left.keys() == right.keys()
    for name, value in left.items():
        np.testing.assert_array_equal(value, right[name], err_msg=name)
        assert np.asarray(value).dtype == np.asarray(right[name]).dtype, name


@pytest.mark.parametrize("epochs", [0, 1, 2, 3])
def test_the_state_goes_through_a_file_into_a_new_object_which_goes_on(epochs):
    resumed = empty()
    resumed.load(through_a_file(lived(epochs).state()))
    unbroken = lived(epochs)
    assert_same_state(resumed, unbroken)
    for ledger in (resumed, unbroken):
        observe(ledger, epochs)
        decide(ledger, epochs)
    assert_same_state(resumed, unbroken)
    assert resumed.stages == unbroken.stages


def test_a_saved_state_is_not_touched_by_what_comes_later():
    ledger = lived(2)
    saved = to_tensors(ledger.state())
    before = {name: value.clone() for name, value in saved.items() if isinstance(value, torch.Tensor)}
    observe(ledger, 2)
    decide(ledger, 2)
    for name, value in before.items():
        assert torch.equal(value.nan_to_num(), saved[name].nan_to_num()), name


def test_a_loaded_state_is_not_shared_with_the_ledger():
    state = lived(2).state()
    before = {name: np.array(value) for name, value in state.items()}
    ledger = empty()
    ledger.load(state)
    observe(ledger, 2)
    decide(ledger, 2)
    for name, value in before.items():
        np.testing.assert_array_equal(value, state[name], err_msg=name)


@pytest.mark.parametrize("name", sorted(lived().state()))
def test_a_state_that_lacks_an_entry_is_refused_by_its_name(name):
    state = lived().state()
    del state[name]
    with pytest.raises(DataError, match=name):
        empty().load(state)


def test_a_newer_version_is_refused():
    state = dict(lived().state(), version=Ledger.VERSION + 1)
    with pytest.raises(DataError, match=f"version {Ledger.VERSION + 1}.* up to {Ledger.VERSION}"):
        empty().load(state)


@pytest.mark.parametrize(
    "other",
    [empty(labels=(LABELS + 1) % C), empty(keys=["other", *KEYS[1:]]), empty(keys=KEYS[::-1], labels=LABELS[::-1])],
    ids=["label", "key", "order"],
)
def test_a_state_of_another_annotation_is_refused(other):
    with pytest.raises(DataError, match="digest"):
        other.load(lived().state())


@pytest.mark.parametrize("window", [1, 2, 5])
def test_the_window_may_change_between_save_and_load(window):
    ledger = empty(window=window)
    old = lived(3)
    ledger.load(old.state())
    last = min(window, 2)
    np.testing.assert_array_equal(ledger.observations.mean_probs(last, 2), old.observations.mean_probs(last, 2))
    assert ledger.observations.complete(2, 2) == (window >= 2)


def test_the_given_labels_are_kept_for_ever():
    given_labels = LABELS.copy()
    ledger = empty(labels=given_labels)
    decide(ledger, 0)
    assert ledger.labels.tolist() == LABELS.tolist()
    assert given_labels.tolist() == LABELS.tolist()
    assert (ledger.corrected_labels != ledger.labels).sum() == 1


@given(
    prune=st.lists(st.integers(0, N - 1), max_size=4, unique=True),
    moves=st.dictionaries(st.integers(0, N - 1), st.integers(0, C - 1), max_size=4),
)
def test_applying_a_decision_twice_changes_nothing_the_second_time(prune, moves):
    ledger = empty()
    decision = Decision(
        epoch=0,
        reason="label",
        prune=np.array(prune, dtype=np.int64),
        relabel=np.array(list(moves), dtype=np.int64),
        new_labels=np.array(list(moves.values()), dtype=np.int64),
    )
    try:
        ledger.apply(decision)
    except DataError as error:
        # A refused decision leaves everything as it was.
        assert "without any sample" in str(error)
        assert_same_state(ledger, empty())
        return
    rows = len(ledger.decisions.columns["sample"])
    keep, labels = ledger.keep.copy(), ledger.corrected_labels.copy()
    ledger.apply(decision)
    assert len(ledger.decisions.columns["sample"]) == rows == (~keep).sum() + (labels != LABELS).sum()
    assert np.array_equal(ledger.keep, keep)
    assert np.array_equal(ledger.corrected_labels, labels)
    # The history alone tells how the labels came about.
    replayed = LABELS.copy()
    history = ledger.decisions.columns
    for sample, old, new in zip(history["sample"], history["old_label"], history["new_label"]):
        assert replayed[sample] == old
        replayed[sample] = new
    assert np.array_equal(replayed, labels)
    assert sorted(history["sample"][history["pruned"]]) == sorted(prune)


def test_a_score_that_is_not_given_anew_stays():
    ledger = empty()
    first, second = np.linspace(0, 1, N), np.full(N, np.nan)
    second[0] = 0.5
    for epoch, scores in enumerate((first, second)):
        ledger.apply(Decision(epoch, "quality", scores={"quality_score": scores}))
    assert ledger.scores["quality_score"].tolist() == pytest.approx([0.5, *first[1:]])


@pytest.mark.parametrize("new", [-1, C])
def test_a_new_label_out_of_range_is_refused(new):
    decision = Decision(0, "label", relabel=np.array([0]), new_labels=np.array([new]))
    with pytest.raises(DataError, match="outside"):
        empty().apply(decision)


@pytest.mark.parametrize(
    "decision",
    [
        Decision(0, "label", prune=np.arange(0, N, C)),
        Decision(0, "label", relabel=np.arange(0, N, C), new_labels=np.ones(N // C, dtype=np.int64)),
        Decision(
            0, "label", prune=np.arange(0, N - C, C), relabel=np.array([N - C]), new_labels=np.array([1])
        ),
    ],
    ids=["pruned", "relabelled", "both"],
)
def test_a_class_is_never_emptied(decision):
    with pytest.raises(DataError, match="class 0 without any sample"):
        empty().apply(decision)


def test_undecodable_counts_epochs_not_sightings():
    ledger = lived(3)
    assert ledger.undecodable.tolist() == [0] * (N - 1) + [3]


@pytest.mark.parametrize("label", [-1, C])
def test_a_label_out_of_range_is_refused_with_its_sample(label):
    labels = LABELS.copy()
    labels[4] = label
    with pytest.raises(DataError, match=f"the first is {label} of"):
        empty(labels=labels)


def test_repeated_keys_are_refused():
    with pytest.raises(DataError, match="repeat"):
        empty(keys=["same"] * N)


def test_class_frequencies_count_what_is_drawn_and_how_it_weighs():
    """A wrapper that repeats samples, or a loss that weighs classes, has balanced the set already."""
    ledger = Ledger(["a", "b", "c", "d"], [0, 0, 0, 1], 2, draws=[1, 1, 1, 3], class_weights=[1.0, 0.5])
    assert ledger.class_counts.tolist() == [3, 1]
    assert ledger.class_frequencies.tolist() == [3.0, 1.5]
    ledger.apply(Decision(0, "label", prune=np.array([0]), relabel=np.array([1]), new_labels=np.array([1]), stage="r"))
    assert ledger.class_counts.tolist() == [1, 2]
    assert ledger.class_frequencies.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("change", ["observed", "weights", "corrected_labels", "keep", "undecodable"])
def test_the_fingerprint_tells_ledgers_apart_by_whatever_they_differ_in(change):
    def ledger(differs: bool) -> Ledger:
        made = Ledger(["a", "b"], [0, 1], 2, window=2)
        probs = np.array([[0.75, 0.25], [0.5, 0.5]])
        weights = np.array([0.25, 0.5])
        if differs and change == "observed":
            probs = probs[::-1]
        if differs and change == "weights":
            weights = weights[::-1]
        made.observe(0, np.array([0, 1]), probs, weights)
        if differs and change not in ("observed", "weights"):
            array = getattr(made, change)
            array[0] = not array[0]
        return made

    assert ledger(False).fingerprint(0) == ledger(False).fingerprint(0)
    assert ledger(True).fingerprint(0) != ledger(False).fingerprint(0)


def test_emptying_a_class_is_refused_and_leaves_the_ledger_whole():
    ledger = Ledger(["a", "b"], [0, 1], 2)
    with pytest.raises(DataError, match="class 1"):
        ledger.apply(Decision(0, "label", relabel=np.array([1]), new_labels=np.array([0])))
    assert ledger.corrected_labels.tolist() == [0, 1]
