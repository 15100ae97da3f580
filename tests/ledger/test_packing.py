"""Probabilities and weights as few bits: what comes back, and that predictions are never changed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from d2sp_mm.ledger.packing import BITS, ProbCodes, WeightCodes, fitting_bits


def softmax(scores):
    probs = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (probs / probs.sum(axis=1, keepdims=True)).astype(np.float32)


@st.composite
def probabilities(draw):
    classes, samples = draw(st.integers(2, 9)), draw(st.integers(1, 6))
    return softmax(draw(arrays(np.float64, (samples, classes), elements=st.floats(-30, 30))))


@given(probabilities(), st.sampled_from((4, 8)))
def test_predictions_are_those_that_were_seen(probs, bits):
    codes = ProbCodes(probs.shape[1], bits)
    found = codes.predictions(codes.encode(probs))
    assert found.tolist() == probs.argmax(axis=1).tolist()
    decoded = codes.decode(codes.encode(probs)).T
    assert decoded.argmax(axis=1).tolist() == found.tolist()


@given(probabilities())
def test_half_precision_predicts_the_highest_that_it_can_tell_apart(probs):
    codes = ProbCodes(probs.shape[1], 16)
    found = codes.predictions(codes.encode(probs))
    halves = probs.astype(np.float16)
    assert found.tolist() == halves.argmax(axis=1).tolist()


@pytest.mark.parametrize("classes", [2, 3, 7, 8, 400])
@pytest.mark.parametrize("bits", BITS)
def test_probabilities_come_back_within_the_step_of_their_code(classes, bits):
    rng = np.random.default_rng(0)
    probs = softmax(3 * rng.normal(size=(200, classes)))
    codes = ProbCodes(classes, bits)
    encoded = codes.encode(probs)
    assert encoded.nbytes == 200 * codes.bytes_per_sample
    decoded = codes.decode(encoded).T
    np.testing.assert_allclose(decoded.sum(axis=1), 1, atol=0.003)
    if bits == 16:
        np.testing.assert_allclose(decoded, probs, rtol=0.001, atol=1e-7)
    else:
        # Half a step of the square root before normalising; one more where the predicted class was raised.
        top = 2**bits - 1
        scale = (np.rint(np.sqrt(probs) * top) ** 2).sum(axis=1, keepdims=True) / top**2
        np.testing.assert_array_less(np.abs(np.sqrt(decoded * scale) - np.sqrt(probs)), 2.0 / top)


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("classes", [2, 3])
def test_unseen_and_certain_samples(classes, bits):
    codes = ProbCodes(classes, bits)
    encoded = np.full((codes.planes, 3), codes.unseen, dtype=codes.dtype)
    encoded[:, [1]] = codes.encode(np.eye(classes, dtype=np.float32)[[classes - 1]])
    assert codes.predictions(encoded).tolist() == [-1, classes - 1, -1]
    decoded = codes.decode(encoded).T
    assert np.isnan(decoded[[0, 2]]).all() and decoded[1].tolist() == np.eye(classes)[classes - 1].tolist()


def test_of_many_classes_with_equal_probabilities_the_first_is_predicted():
    # The square root of 1/1000 is below half a step of 4 bits: without more care every code would be 0, as if unseen.
    codes = ProbCodes(1000, 4)
    encoded = codes.encode(np.full((1, 1000), 1 / 1000, dtype=np.float32))
    assert codes.predictions(encoded).tolist() == [0]
    assert codes.decode(encoded)[0].tolist() == [1.0]


@pytest.mark.parametrize("bits", BITS)
def test_weights_come_back_and_none_stays_none(bits):
    codes = WeightCodes(bits)
    weights = np.array([0.0, 1.0, np.nan, 0.3])
    encoded = codes.encode(weights)
    np.testing.assert_allclose(codes.decode(encoded), weights, atol=1e-7 if bits == 16 else 0.5 / 254)
    assert codes.any_there(encoded) and not codes.any_there(np.full(3, codes.none, dtype=codes.dtype))


@pytest.mark.parametrize(
    ("samples", "classes", "bits"),
    [(400_000, 7, 16), (500_000, 7, 4), (10**7, 12, 4), (10**7, 13, 8), (240_000, 400, 8), (7_000, 400, 16)],
)
def test_large_sets_are_packed_and_many_classes_in_more_bits(samples, classes, bits):
    assert fitting_bits(samples, classes) == bits
