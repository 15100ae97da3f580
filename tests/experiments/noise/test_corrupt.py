"""Every kind of corrupting does what its name says, and leaves shape, type and input alone."""

from __future__ import annotations

import tracemalloc

import cv2
import numpy as np
import pytest

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.noise.corrupt import KINDS, corrupt_frames

_SEEDS = range(12)


@pytest.fixture(params=[(48, 48), (40, 64)], ids=["square", "wide"])
def clip(request):
    """A bright square that moves over a dim, even ground with sharp dots."""
    height, width = request.param
    frames = np.full((8, height, width, 3), 90, np.uint8)
    frames[:, ::6, ::6] = 250
    for step, frame in enumerate(frames):
        cv2.rectangle(frame, (12 + step, 12), (26 + step, 28), (230, 240, 250), cv2.FILLED)
    return frames


@pytest.mark.parametrize("kind", KINDS)
def test_contract(kind, clip):
    before = clip.copy()
    corrupted = corrupt_frames(clip, kind, np.random.default_rng(5))
    assert corrupted.shape == clip.shape
    assert corrupted.dtype == np.uint8
    assert not np.array_equal(corrupted, clip)
    np.testing.assert_array_equal(clip, before)
    np.testing.assert_array_equal(corrupted, corrupt_frames(clip, kind, np.random.default_rng(5)))
    corrupted[:] = 0
    np.testing.assert_array_equal(clip, before)


@pytest.mark.parametrize("kind", KINDS)
def test_one_small_frame_will_do(kind):
    assert corrupt_frames(np.zeros((1, 2, 3, 3), np.uint8), kind, np.random.default_rng(0)).shape == (1, 2, 3, 3)


@pytest.mark.parametrize("seed", _SEEDS)
def test_occluded_hides_half_to_four_fifths_with_the_middle(seed, clip):
    clip = np.arange(clip.size, dtype=np.int64).reshape(clip.shape) % 7 + 240  # brighter than any patch's ground
    corrupted = corrupt_frames(clip.astype(np.uint8), "occluded", np.random.default_rng(seed))
    hidden = (corrupted != clip).any(axis=-1)
    share = hidden.mean(axis=(1, 2))
    assert (share > 0.44).all()
    assert (share < 0.86).all()
    height, width = clip.shape[1:3]
    assert hidden[:, height // 2 - 3 : height // 2 + 3, width // 2 - 3 : width // 2 + 3].mean() > 0.95


def test_some_patches_drift_and_some_stay(clip):
    moved = []
    for seed in _SEEDS:
        corrupted = corrupt_frames(np.zeros_like(clip), "occluded", np.random.default_rng(seed))
        moved.append(bool((corrupted != corrupted[:1]).any()))
    assert any(moved)
    assert not all(moved)


@pytest.mark.parametrize("seed", _SEEDS)
def test_dark_is_near_black_and_noisy(seed, clip):
    corrupted = corrupt_frames(clip, "dark", np.random.default_rng(seed)).astype(float)
    assert corrupted.mean() < 25
    assert np.diff(corrupted, axis=0).std() > 2


@pytest.mark.parametrize("seed", _SEEDS)
def test_blurred_keeps_the_light_and_loses_the_edges(seed, clip):
    corrupted = corrupt_frames(clip, "blurred", np.random.default_rng(seed)).astype(float)
    clip = clip.astype(float)
    assert corrupted.mean() == pytest.approx(clip.mean(), rel=0.1)
    assert np.abs(np.diff(corrupted, axis=2)).max() < 0.1 * np.abs(np.diff(clip, axis=2)).max()


@pytest.mark.parametrize("seed", _SEEDS[:3])
@pytest.mark.parametrize("size", [(64, 64), (240, 320)], ids=["at-full-size", "reduced"])
def test_blurred_is_a_gaussian_of_that_width(seed, size):
    coarse = np.random.default_rng(seed).integers(0, 256, size=(12, 16, 3), dtype=np.uint8)
    frame = cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_NEAREST)
    sigma = np.random.default_rng(seed).uniform(0.14, 0.20) * size[0]
    wanted = cv2.GaussianBlur(frame, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    corrupted = corrupt_frames(frame[None], "blurred", np.random.default_rng(seed))[0]
    np.testing.assert_allclose(corrupted.astype(int), wanted, atol=0 if size == (64, 64) else 3)


def test_blurred_never_asks_for_a_wide_kernel(monkeypatch):
    widths = []
    blur = cv2.GaussianBlur
    monkeypatch.setattr(cv2, "GaussianBlur", lambda src, k, sigma, **_: widths.append(sigma) or blur(src, k, sigma))
    corrupted = corrupt_frames(np.zeros((1, 1080, 1920, 3), np.uint8), "blurred", np.random.default_rng(0))
    assert corrupted.shape == (1, 1080, 1920, 3)
    assert max(widths) < 15


@pytest.mark.parametrize("kind", ["dark", "blurred", "no_face"])
def test_memory_holds_no_floating_point_copy_of_the_clip(kind):
    clip = np.full((40, 120, 160, 3), 90, np.uint8)
    tracemalloc.start()
    try:
        corrupt_frames(clip, kind, np.random.default_rng(0))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # A copy in double precision alone would take eight times the clip.
    assert peak < 4 * clip.nbytes


@pytest.mark.parametrize("seed", _SEEDS)
def test_no_face_shows_nothing_of_the_middle(seed, clip):
    height, width = clip.shape[1:3]
    other = clip.copy()
    other[:, height // 4 : -(height // 4), width // 4 : -(width // 4)] = 0
    corrupted = [corrupt_frames(frames, "no_face", np.random.default_rng(seed)) for frames in (clip, other)]
    np.testing.assert_array_equal(*corrupted)


def test_frozen_repeats_the_first_frame(clip):
    corrupted = corrupt_frames(clip, "frozen", np.random.default_rng(0))
    for frame in corrupted:
        np.testing.assert_array_equal(frame, clip[0])


def test_unknown_kind_is_named(clip):
    with pytest.raises(ConfigError, match="'truncated'"):
        corrupt_frames(clip, "truncated", np.random.default_rng(0))


@pytest.mark.parametrize("frames", [np.zeros((4, 8, 8, 3)), np.zeros((8, 8, 3), np.uint8), np.zeros((0, 8, 8, 3), np.uint8)])
def test_what_is_no_clip_is_refused(frames):
    with pytest.raises(DataError, match="frames must be uint8"):
        corrupt_frames(frames, "dark", np.random.default_rng(0))
