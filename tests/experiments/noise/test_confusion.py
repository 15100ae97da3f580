"""Confusion figures against their source, the promises of confuse_labels, and the choice by name or file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.noise.confusion import (
    SOURCES,
    asymmetric,
    choose_confusion,
    confuse_labels,
    confusion_matrix,
    symmetric,
)

_PUBLISHED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "votes" / "confusions.json"
_CREMA_NAMES = ("H", "S", "N", "A", None, "D", "F")
_FERPLUS_NAMES = ("happiness", "sadness", "neutral", "anger", "surprise", "disgust", "fear")
_FER2013_NAMES = ("happy", "sad", "neutral", "angry", "surprise", "disgust", "fear")


@pytest.fixture(scope="module")
def published():
    if not _PUBLISHED.is_file():
        pytest.skip("the published confusions are not at ../shared/data/votes/confusions.json")
    return json.loads(_PUBLISHED.read_text(encoding="utf-8"))


def _normalised(table):
    table = np.asarray(table, dtype=float)
    return table / table.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("source", SOURCES)
def test_rows_are_distributions(source):
    matrix = confusion_matrix(source)
    assert matrix.shape == (7, 7)
    assert (matrix >= 0).all()
    np.testing.assert_allclose(matrix.sum(axis=1), 1.0)


def test_ferplus_is_as_published(published):
    table = published["ferplus_single_annotator_loo"]
    order = [table["labels"].index(name) for name in _FERPLUS_NAMES]
    expected = _normalised(np.asarray(table["matrix"])[np.ix_(order, order)])
    np.testing.assert_allclose(confusion_matrix("ferplus"), expected)


def test_fer2013_is_as_published(published):
    table = published["fer2013_label_given_ferplus"]
    rows = [table["rows_ferplus"].index(name) for name in _FER2013_NAMES]
    columns = [table["cols_fer2013"].index(name) for name in _FER2013_NAMES]
    expected = _normalised(np.asarray(table["counts"])[np.ix_(rows, columns)])
    np.testing.assert_allclose(confusion_matrix("fer2013"), expected)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("crema_d_face", "crema_d_face_vote_given_intended"),
        ("crema_d_face_and_voice", "crema_d_av_vote_given_intended"),
    ],
)
def test_crema_d_is_as_published_and_surprise_is_from_ferplus(published, source, name):
    table = published[name]
    matrix, ferplus = confusion_matrix(source), confusion_matrix("ferplus")
    kept = [index for index, label in enumerate(_CREMA_NAMES) if label]
    order = [table["labels"].index(_CREMA_NAMES[index]) for index in kept]
    expected = _normalised(np.asarray(table["matrix"])[np.ix_(order, order)])
    np.testing.assert_allclose(_normalised(matrix[np.ix_(kept, kept)]), expected)
    np.testing.assert_allclose(matrix[4], ferplus[4])
    np.testing.assert_allclose(matrix[:, 4], ferplus[:, 4])


def test_unknown_source_is_named():
    with pytest.raises(ConfigError, match="ferpluss"):
        confusion_matrix("ferpluss")


def test_symmetric_and_asymmetric():
    np.testing.assert_array_equal(symmetric(3), [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    np.testing.assert_array_equal(asymmetric(3), [[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    for build in (symmetric, asymmetric):
        with pytest.raises(ConfigError, match="num_classes 1"):
            build(1)


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(0, 80),
    rate=st.floats(0, 1),
    seed=st.integers(0, 2**32 - 1),
    matrix=st.sampled_from([symmetric(7), asymmetric(7), *(confusion_matrix(source) for source in SOURCES)]),
)
def test_exactly_the_asked_share_is_wrong(n, rate, seed, matrix):
    labels = np.random.default_rng(seed).integers(0, 7, size=n)
    before = labels.copy()
    noisy = confuse_labels(labels, matrix, rate, np.random.default_rng(seed))
    wrong = noisy != labels
    assert wrong.sum() == round(rate * n)
    assert (matrix[labels[wrong], noisy[wrong]] > 0).all()
    np.testing.assert_array_equal(labels, before)
    np.testing.assert_array_equal(noisy, confuse_labels(labels, matrix, rate, np.random.default_rng(seed)))


def test_confused_classes_are_hit_more_and_go_where_people_go():
    matrix = np.array([[0.9, 0.08, 0.02], [0.3, 0.4, 0.3], [0.0, 0.0, 1.0]])
    labels = np.repeat([0, 1, 2], 4000)
    noisy = confuse_labels(labels, matrix, 0.05, np.random.default_rng(0))
    wrong = noisy != labels
    hits = np.bincount(labels[wrong], minlength=3)
    assert hits[2] == 0
    assert hits[1] / hits[0] == pytest.approx(6.0, rel=0.35)  # masses .6 and .1
    to_one = np.mean(noisy[wrong & (labels == 0)] == 1)
    assert to_one == pytest.approx(0.8, abs=0.15)


def test_counts_do_as_well_as_shares():
    labels = np.arange(3).repeat(20)
    noisy = confuse_labels(labels, [[90, 10, 0], [0, 50, 50], [1, 0, 0]], 0.5, np.random.default_rng(1))
    assert (noisy != labels).sum() == 30


@pytest.mark.parametrize("rate", [-0.1, 1.1, 20, float("nan")])
def test_rate_outside_is_refused(rate):
    with pytest.raises(ConfigError, match="rate"):
        confuse_labels([0, 1], symmetric(2), rate, np.random.default_rng(0))


@pytest.mark.parametrize("matrix", [np.ones((2, 3)), [[1.0, -0.1], [0.5, 0.5]], [[1.0, np.nan], [0.5, 0.5]]])
def test_bad_matrix_is_refused(matrix):
    with pytest.raises(ConfigError, match="confusion matrix"):
        confuse_labels([0, 1], matrix, 0.5, np.random.default_rng(0))


@pytest.mark.parametrize("labels", [[0, 2], [-1, 0], [0.0, 1.0], [[0, 1]]])
def test_bad_labels_are_refused(labels):
    with pytest.raises(DataError, match="labels"):
        confuse_labels(labels, symmetric(2), 0.5, np.random.default_rng(0))


def test_rate_that_cannot_be_reached_is_refused():
    with pytest.raises(ConfigError, match="only 1 samples"):
        confuse_labels([0, 1, 1], [[0.5, 0.5], [0.0, 1.0]], 1.0, np.random.default_rng(0))


_MATRIX = [[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.0, 0.5, 0.5]]


def test_patterns_have_the_size_of_the_training_set() -> None:
    np.testing.assert_array_equal(choose_confusion("symmetric", 5), symmetric(5))
    np.testing.assert_array_equal(choose_confusion("asymmetric", 5), asymmetric(5))


@pytest.mark.parametrize("source", SOURCES)
def test_every_built_in_source_is_known(source: str) -> None:
    np.testing.assert_array_equal(choose_confusion(source, 7), confusion_matrix(source))


@pytest.mark.parametrize("name", ["rows.json", "dict.json", "m.csv", "m.npy"])
def test_a_file_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "m.npy":
        np.save(path, _MATRIX)
    elif name == "m.csv":
        path.write_text("\n".join(",".join(map(str, row)) for row in _MATRIX))
    else:
        path.write_text(json.dumps(_MATRIX if name == "rows.json" else {"matrix": _MATRIX}))
    np.testing.assert_array_equal(choose_confusion(str(path), 3), _MATRIX)


def test_another_number_of_classes_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", _MATRIX)
    with pytest.raises(ConfigError, match=r"has shape \(3, 3\), but the training set has 4 classes"):
        choose_confusion(str(tmp_path / "m.npy"), 4)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ConfigError, match="confusion='random' is unknown; choose one of symmetric, asymmetric"):
        choose_confusion("random", 3)


@pytest.mark.parametrize(("name", "content"), [("m.json", "{}"), ("m.json", "no"), ("m.csv", "a,b\n"), ("m.npy", "x")])
def test_a_file_without_a_matrix_is_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match="no confusion matrix can be read"):
        choose_confusion(str(tmp_path / name), 3)
