"""A set that was planted by other settings of the same name is planted anew."""

from __future__ import annotations

import numpy as np

from d2sp_mm.annotations import read_annotations
from d2sp_mm.experiments.benchmark.noisy_set import NoisySet
from d2sp_mm.experiments.benchmark.suite import Noise


def _planted(noisy: NoisySet) -> int:
    return int((noisy.true().noise == "mislabel").sum())


def test_another_rate_of_the_same_name_is_planted_anew_and_the_same_is_kept(ann_file, plant_noise):
    first = plant_noise(Noise(mislabel_rate=0.2))
    stamp = first.ann_file.stat().st_mtime_ns
    assert _planted(first) == 8
    assert plant_noise(Noise(mislabel_rate=0.2)).ann_file.stat().st_mtime_ns == stamp
    assert _planted(plant_noise(Noise(mislabel_rate=0.4))) == 16
    ann_file.write_text(ann_file.read_text() + "new.mp4 1\n" * 1)
    assert len(plant_noise(Noise(mislabel_rate=0.4)).annotations()) == 41


def test_an_interrupted_set_is_planted_anew(plant_noise):
    noisy = plant_noise(Noise(mislabel_rate=0.2))
    noisy.record.unlink()
    noisy.ann_file.write_text("half\n")
    assert _planted(plant_noise(Noise(mislabel_rate=0.2))) == 8


def test_an_oracle_has_true_labels_and_nothing_corrupted(plant_noise, tmp_path):
    noisy = plant_noise(Noise(mislabel_rate=0.2))
    oracle = read_annotations(noisy.write_oracle(tmp_path / "oracle.txt"), "video")
    np.testing.assert_array_equal(oracle.labels, np.arange(40) % 4)
