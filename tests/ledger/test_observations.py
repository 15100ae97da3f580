"""The window of observations: what it holds, what it forgets, and its state."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Observations, packing

N, C = 5, 3


def rows(seed: int, n: int = N) -> np.ndarray:
    """Probabilities that half precision holds exactly."""
    p = np.random.default_rng(seed).integers(1, 64, size=(n, C)) / 64
    return p.astype(np.float32)


def filled(window: int, epochs: int) -> Observations:
    seen = Observations(N, C, window)
    for epoch in range(epochs):
        seen.add(epoch, np.arange(N), rows(epoch), np.full(N, (epoch + 1) / 16, dtype=np.float32))
    return seen


@given(window=st.integers(1, 5), epochs=st.integers(1, 12), last=st.integers(1, 6))
def test_the_ring_holds_the_last_epochs_and_no_older_ones(window, epochs, last):
    seen = filled(window, epochs)
    epoch = epochs - 1
    held = [e for e in range(max(epoch - last + 1, 0), epochs) if e > epoch - window]
    assert seen.complete(last, epoch) == (len(held) == last)
    np.testing.assert_allclose(seen.mean_probs(last, epoch), np.mean([rows(e) for e in held], axis=0))
    np.testing.assert_allclose(seen.mean_weights(last, epoch), np.mean([(e + 1) / 16 for e in held]))
    expected = np.stack([rows(e).argmax(axis=1) for e in held])
    assert np.array_equal(seen.predictions(last, epoch)[: len(held)], expected)
    assert (seen.predictions(last, epoch)[len(held) :] == -1).all()


def test_a_sample_that_was_not_seen_is_nan_and_minus_one_and_in_no_mean():
    seen = Observations(N, C, 2)
    seen.add(0, np.array([0, 1]), rows(0, 2), np.array([0.25, 0.5], dtype=np.float32))
    seen.add(1, np.array([1, 2]), rows(1, 2), np.array([0.75, 1.0], dtype=np.float32))
    assert seen.predictions(2, 1)[:, 3].tolist() == [-1, -1]
    assert seen.predictions(2, 1)[1, 0] == -1
    np.testing.assert_array_equal(seen.mean_weights(2, 1), [0.25, 0.625, 1.0, np.nan, np.nan])
    assert np.isnan(seen.mean_probs(2, 1)[3:]).all()
    np.testing.assert_allclose(seen.mean_probs(2, 1)[1], (rows(0, 2)[1] + rows(1, 2)[0]) / 2)


def test_an_overwritten_epoch_leaves_nothing_behind():
    seen = filled(2, 2)
    seen.add(2, np.array([1]), rows(2, 1), np.array([0.5], dtype=np.float32))
    assert np.flatnonzero(~np.isnan(seen.mean_probs(1, 2)[:, 0])).tolist() == [1]
    assert np.flatnonzero(~np.isnan(seen.mean_weights(1, 2))).tolist() == [1]


def test_an_epoch_that_is_given_again_is_replaced():
    seen = filled(3, 3)
    seen.add(2, np.arange(N), rows(7))
    assert np.array_equal(seen.predictions(1, 2)[0], rows(7).argmax(axis=1))
    assert np.isnan(seen.mean_weights(1, 2)).all()


def test_complete_wants_weights_of_every_epoch_when_asked():
    seen = filled(3, 2)
    seen.add(2, np.arange(N), rows(2))
    assert seen.complete(3, 2)
    assert not seen.complete(3, 2, weights=True)
    assert seen.complete(2, 1, weights=True)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("what", ["scores", "weights"])
def test_a_diverged_run_is_refused_and_the_sample_named(value, what):
    seen = Observations(N, C, 2)
    probs, weights = rows(0), np.full(N, 0.5)
    (probs if what == "scores" else weights)[3] = value
    with pytest.raises(DataError, match=rf"{what} of sample 3 are not finite"):
        seen.add(0, np.arange(N), probs, weights)


def test_half_precision_is_exact_enough_and_arg_max_survives_it():
    probs = np.random.default_rng(0).dirichlet(np.ones(50), size=500)
    seen = Observations(500, 50, 1)
    seen.add(0, np.arange(500), probs)
    assert np.abs(seen.mean_probs(1, 0) - probs).max() <= 5e-4
    top = np.sort(probs, axis=1)
    clear = top[:, -1] - top[:, -2] > 1e-3
    assert clear.sum() > 400
    assert np.array_equal(seen.predictions(1, 0)[0][clear], probs.argmax(axis=1)[clear])


@given(saved=st.integers(1, 5), own=st.integers(1, 5), epochs=st.integers(1, 9), more=st.integers(0, 4))
def test_a_new_object_of_any_window_goes_on_from_the_state(saved, own, epochs, more):
    old = filled(saved, epochs)
    new = Observations(N, C, own)
    new.load(copy.deepcopy(old.state()))
    # What both windows hold is what an unbroken run of the shorter one would hold.
    unbroken = filled(min(saved, own), epochs)
    for epoch in range(epochs, epochs + more):
        for seen in (new, unbroken):
            seen.add(epoch, np.arange(N), rows(epoch), np.full(N, 0.5, dtype=np.float32))
    last, epoch = min(saved, own), epochs + more - 1
    np.testing.assert_array_equal(new.predictions(last, epoch), unbroken.predictions(last, epoch))
    np.testing.assert_array_equal(new.mean_probs(last, epoch), unbroken.mean_probs(last, epoch))
    np.testing.assert_array_equal(new.mean_weights(last, epoch), unbroken.mean_weights(last, epoch))
    assert new.complete(last, epoch) == unbroken.complete(last, epoch)


@pytest.mark.parametrize("other", [Observations(N + 1, C, 2), Observations(N, C + 1, 2)], ids=["samples", "classes"])
def test_a_state_of_another_shape_is_refused(other):
    with pytest.raises(DataError, match=r"has the shape .* resume with the annotation"):
        filled(2, 2).load(other.state())


def test_loading_forgets_what_was_held_before():
    used, saved = filled(3, 3), Observations(N, C, 3)
    saved.add(1, np.arange(N), rows(9))
    used.load(saved.state())
    assert used.complete(1, 1)
    assert not used.complete(1, 0)
    assert not used.complete(1, 2)


@pytest.mark.parametrize("packed", [False, True])
def test_a_packed_window_goes_through_its_state(packed, monkeypatch):
    monkeypatch.setattr(packing, "MOST_HALVES", 0 if packed else 10**6)
    old, new = Observations(N, C, 2), Observations(N, C, 3)
    for epoch in range(3):
        probs = rows(epoch, N - 1)
        old.add(epoch, np.arange(N - 1), probs / probs.sum(axis=1, keepdims=True), rows(9, N - 1)[:, 0])
    new.load(copy.deepcopy(old.state()))
    assert new.epochs == [1, 2] and new.state()["probs"].dtype == (np.uint8 if packed else np.float16)
    np.testing.assert_array_equal(new.predictions(2, 2), old.predictions(2, 2))
    np.testing.assert_array_equal(new.mean_probs(2, 2), old.mean_probs(2, 2))
    np.testing.assert_array_equal(new.mean_weights(2, 2), old.mean_weights(2, 2))
    assert np.isnan(new.mean_probs(2, 2)[-1]).all()
    assert (new.predictions(2, 2) < 0).all(axis=0).tolist() == [False] * (N - 1) + [True]


@pytest.mark.parametrize("packed", [False, True])
def test_blocks_together_are_the_whole(packed, monkeypatch):
    monkeypatch.setattr(packing, "MOST_HALVES", 0 if packed else 10**6)
    n, rng = 20_000, np.random.default_rng(0)
    seen = Observations(n, C, 4)
    for epoch in range(3):
        indices = np.flatnonzero(rng.random(n) < 0.9)
        seen.add(epoch, indices, rng.dirichlet(np.ones(C), len(indices)))
    blocks = list(seen.blocks(4, 2))
    assert len(blocks) > 2 and sum(block.shape[0] for block in blocks) == n
    np.testing.assert_array_equal(np.concatenate([b.predictions() for b in blocks], axis=1), seen.predictions(4, 2))
    for number, whole in enumerate(seen.epoch_probs(4, 2)):
        parts = [list(block.epoch_probs())[number] for block in blocks]
        np.testing.assert_array_equal(np.concatenate(parts), whole)
    whole = np.nanmean(list(seen.epoch_probs(4, 2)), axis=0)
    np.testing.assert_allclose(np.concatenate([b.mean_probs() for b in blocks]), whole, atol=1e-7)
