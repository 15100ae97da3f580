"""Measures of the pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.benchmark.clean_set import clean_set
from d2sp_mm.experiments.benchmark.image_quality import evaluate_pictures, image_quality
from d2sp_mm.experiments.benchmark.noisy_set import plant
from d2sp_mm.experiments.benchmark.suite import DataSet, Noise
from d2sp_mm.experiments.evaluation import evaluate_purification
from d2sp_mm.runs.ledger_table import LedgerTable


def _clip(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (6, 32, 32, 3), dtype=np.uint8)


def test_each_measure_falls_with_what_it_is_for():
    good = image_quality(_clip())
    blurred = image_quality(np.stack([cv2.GaussianBlur(frame, (0, 0), 4) for frame in _clip()]))
    assert blurred["sharpness"] < 0.1 * good["sharpness"]
    assert image_quality(_clip() // 20)["brightness"] < 0.1 * good["brightness"]
    assert image_quality(np.repeat(_clip()[:1], 6, axis=0))["motion"] == 0.0 < good["motion"]


def _known(noisy) -> LedgerTable:
    annotations = noisy.annotations()
    n = len(annotations)
    unscored = np.full(n, np.nan)
    keep = np.ones(n, dtype=bool)
    labels, none = annotations.labels, [""] * n
    return LedgerTable(annotations.keys, labels, labels, keep, unscored, unscored, none, none, np.full(n, -1))


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    settings = dict(num_train=70, num_test=7, image_size=64, num_frames=8)
    return clean_set(DataSet("", "toy", settings), tmp_path_factory.mktemp("quality"), seed=3)


@pytest.fixture(scope="module")
def corrupted(clean, tmp_path_factory):
    noise = Noise(low_quality_rate=0.2, corrupt=("blurred", "dark", "truncated"))
    return plant(clean, noise, tmp_path_factory.mktemp("corrupted") / "noisy", 3, 7)


def test_blurred_dark_and_broken_clips_are_found(corrupted):
    table = evaluate_pictures(_known(corrupted), corrupted, "any", rate=0.2)
    found = evaluate_purification(table, corrupted.true())["low_quality"]
    assert (~table.keep).sum() == 14 and found["ap"] > 0.7 and found["recall"] > 0.6


def test_a_clip_that_is_bad_in_one_measure_alone_is_bad_by_any(clean, tmp_path):
    frozen = plant(clean, Noise(low_quality_rate=0.1, corrupt=("frozen",)), tmp_path / "frozen", 3, 7)
    table = evaluate_pictures(_known(frozen), frozen, "any", rate=0.3)
    # The lowest tenth of each of three measures is in the lowest three tenths of all.
    assert evaluate_purification(table, frozen.true())["low_quality"]["recall"] == 1.0


def test_an_unknown_measure_is_refused(corrupted):
    with pytest.raises(ConfigError, match="measure='beauty'"):
        evaluate_pictures(_known(corrupted), corrupted, "beauty", rate=0.2)


def test_skeletons_have_no_pictures(corrupted):
    import dataclasses

    with pytest.raises(ConfigError, match="pose clips"):
        evaluate_pictures(_known(corrupted), dataclasses.replace(corrupted, kind="pose"), "any", rate=0.2)
