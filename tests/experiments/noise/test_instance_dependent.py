"""Noise that depends on the clip."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from d2sp_mm.annotations import read_annotations
from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.noise.confusion import confuse_samples
from d2sp_mm.experiments.noise.instance_dependent import clip_features, instance_dependent_chances
from d2sp_mm.experiments.toy.dataset import make_toy_dfer


def _clusters(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three classes on a line; a third of each lies half way to the next."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(3), 60)
    between = np.tile(np.arange(60) < 20, 3)
    x = labels + 0.45 * between + rng.normal(scale=0.03, size=180)
    return np.stack([x, rng.normal(scale=0.01, size=180)], axis=1), labels


def test_a_clip_between_two_classes_is_taken_for_its_neighbour():
    features, labels = _clusters()
    chances = instance_dependent_chances(features, labels, 3)
    between = np.tile(np.arange(60) < 20, 3)
    of_first = labels == 0
    assert chances[of_first & between, 1].min() > 3 * chances[of_first & ~between, 1].max()
    assert chances[of_first, 1].min() > chances[of_first, 2].max()
    noisy = confuse_samples(labels, chances, 0.1, np.random.default_rng(0))
    wrong = noisy != labels
    # The last class has no neighbour on that side, so that 40 of 180 clips (22 %) lie between two.
    assert wrong.sum() == 18 and (between & (labels < 2))[wrong].mean() > 0.4


def test_a_class_without_samples_is_never_given():
    features, labels = _clusters()
    chances = instance_dependent_chances(features, labels, 5)
    assert (chances[:, 3:] == 0).all() and (chances[:, :3] > 0).all()


def test_features_of_videos_and_skeletons(tmp_path: Path):
    small = dict(num_train=14, num_test=7, image_size=32, num_frames=4, low_quality_rate=0, workers=1)
    root = make_toy_dfer(tmp_path / "toy", **small)
    videos = read_annotations(root / "train.txt", "video")
    found = clip_features(videos, root / "videos")
    assert found.shape == (14, 4 * 144) and found.min() >= 0 and found.max() <= 1 and len(np.unique(found, axis=0)) == 14
    points = np.random.default_rng(0).random((1, 6, 5, 2)).astype(np.float32)
    entries = [{"frame_dir": str(i), "label": i, "keypoint": points * (i + 1), "total_frames": 6} for i in range(2)]
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(entries))
    both = clip_features(read_annotations(tmp_path / "a.pkl"), None)
    # Neither the place nor the size of a face says anything of its expression.
    np.testing.assert_allclose(both[0], both[1], atol=1e-6)


def test_what_cannot_be_looked_at_is_refused(tmp_path: Path):
    (tmp_path / "a.txt").write_text("a.mp4 0\nb.mp4 1\n")
    videos = read_annotations(tmp_path / "a.txt", "video")
    with pytest.raises(ConfigError, match="instance_dependent"):
        clip_features(videos, None)
    with pytest.raises(DataError, match=r"a\.mp4"):
        clip_features(videos, tmp_path)
