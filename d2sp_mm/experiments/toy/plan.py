"""What the toy set will hold: every clip's class, person, label and noise, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.noise.confusion import (
    DFEW_CLASSES,
    SOURCES,
    asymmetric,
    confuse_labels,
    confusion_matrix,
    symmetric,
)
from d2sp_mm.experiments.noise.corrupt import KINDS

TRUNCATED = "truncated"

#: The kinds of corrupted clips, of each equally many.
CORRUPTION_KINDS = (*KINDS, TRUNCATED)

#: Where the labels' confusion may come from.
CONFUSIONS = (*SOURCES, "symmetric", "asymmetric")

#: Share of each class in the order of DFEW_CLASSES. As in DFEW (Jiang et al., ACM MM 2020) Happy, Neutral, Angry and
#: Sad are frequent and Disgust and Fear are rare; less rare than there, so that a small test split can measure them.
CLASS_SHARES = (0.20, 0.16, 0.20, 0.17, 0.12, 0.07, 0.08)

_CLIPS_PER_PERSON = 6
_SPLITS = ("train", "test")
# Marks that keep the random streams apart: (seed, stream, ...).
_PLAN_STREAM, _PERSON_STREAM, _CLIP_STREAM = range(3)


@dataclass(frozen=True)
class ClipPlan:
    """One clip to be drawn.

    Attributes:
        key: Path below the video folder, such as ``train/00001.mp4``.
        true_label: The class that is acted.
        given_label: The class that the noisy list says.
        kind: Kind of corrupting, one of :data:`CORRUPTION_KINDS`; empty = none.
        person: Number of the person within the split.
        person_seed: Seed of the person's random generator.
        clip_seed: Seed of the clip's random generator.
    """

    key: str
    true_label: int
    given_label: int
    kind: str
    person: int
    person_seed: tuple[int, ...]
    clip_seed: tuple[int, ...]

    @property
    def noise(self) -> str:
        """``clean``, ``low_quality`` or ``mislabel``."""
        if self.kind:
            return "low_quality"
        return "clean" if self.given_label == self.true_label else "mislabel"


def plan_split(
    split: str,
    num_clips: int,
    seed: int,
    low_quality_rate: float = 0.0,
    mislabel_rate: float = 0.0,
    confusion: str = "ferplus",
) -> list[ClipPlan]:
    """Plan one split.

    ``round(low_quality_rate * n)`` clips are corrupted, ``round(mislabel_rate * n)`` others get a wrong label; no clip
    has both. No person is in two splits.

    Args:
        split: ``train`` or ``test``.
        num_clips: Number of clips.
        seed: Seed of the whole set, not negative.
        low_quality_rate: Share of corrupted clips, in [0, 1].
        mislabel_rate: Share of mislabelled clips, in [0, 1].
        confusion: How labels are confused, one of :data:`CONFUSIONS`.

    Returns:
        One plan a clip, in the order of the keys.

    Raises:
        ConfigError: A setting lies outside its range, or the two rates exceed 1 together.
    """
    check_settings(num_clips, seed, low_quality_rate, mislabel_rate, confusion)
    rng = np.random.default_rng((seed, _PLAN_STREAM, _SPLITS.index(split)))
    labels = rng.permutation(np.repeat(np.arange(len(DFEW_CLASSES)), class_counts(num_clips)))
    kinds = _deal_kinds(num_clips, round(low_quality_rate * num_clips), rng)
    intact = np.flatnonzero(kinds == "")
    # Both shares are rounded on their own, so at rates that sum to 1 one clip too many may be asked for.
    num_wrong = min(round(mislabel_rate * num_clips), len(intact))
    given = labels.copy()
    if num_wrong:
        given[intact] = confuse_labels(labels[intact], _matrix(confusion), num_wrong / len(intact), rng)
    people = rng.integers(0, max(1, round(num_clips / _CLIPS_PER_PERSON)), size=num_clips)
    number = _SPLITS.index(split)
    return [
        ClipPlan(
            key=f"{split}/{index + 1:05d}.mp4",
            true_label=int(labels[index]),
            given_label=int(given[index]),
            kind=str(kinds[index]),
            person=int(people[index]),
            person_seed=(seed, _PERSON_STREAM, number, int(people[index])),
            clip_seed=(seed, _CLIP_STREAM, number, index),
        )
        for index in range(num_clips)
    ]


def class_counts(num_clips: int) -> NDArray[np.int64]:
    """Clips of each class, by largest remainder from :data:`CLASS_SHARES`.

    Args:
        num_clips: Number of clips.

    Returns:
        Shape (7,); sums to num_clips.
    """
    exact = np.array(CLASS_SHARES) * num_clips
    counts = np.floor(exact).astype(np.int64)
    left = num_clips - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:left]] += 1
    return counts


def check_settings(num_clips: int, seed: int, low_quality_rate: float, mislabel_rate: float, confusion: str) -> None:
    """Refuse settings that no set can be drawn from.

    Args:
        num_clips: Number of clips in a split.
        seed: Seed of the whole set.
        low_quality_rate: Share of corrupted clips.
        mislabel_rate: Share of mislabelled clips.
        confusion: How labels are confused.

    Raises:
        ConfigError: A setting lies outside its range, or the two rates exceed 1 together.
    """
    if num_clips < len(DFEW_CLASSES):
        raise ConfigError(f"number of clips {num_clips} is too small; a split needs at least {len(DFEW_CLASSES)}")
    if seed < 0:
        raise ConfigError(f"seed {seed} must not be negative")
    for name, rate in (("low_quality_rate", low_quality_rate), ("mislabel_rate", mislabel_rate)):
        if not 0.0 <= rate <= 1.0:
            raise ConfigError(f"{name} {rate!r} must lie in [0, 1]; rates are fractions, not percent")
    if low_quality_rate + mislabel_rate > 1.0 + 1e-9:
        raise ConfigError(
            f"low_quality_rate {low_quality_rate} and mislabel_rate {mislabel_rate} exceed 1 together, but no clip has "
            "both noises; lower one of them"
        )
    if confusion not in CONFUSIONS:
        raise ConfigError(f"confusion {confusion!r} is unknown; choose one of {', '.join(CONFUSIONS)}")


def _deal_kinds(num_clips: int, count: int, rng: np.random.Generator) -> NDArray[np.str_]:
    kinds = np.full(num_clips, "", dtype=object)
    chosen = rng.choice(num_clips, size=count, replace=False)
    kinds[chosen] = [CORRUPTION_KINDS[index % len(CORRUPTION_KINDS)] for index in range(count)]
    return kinds.astype(str)


def _matrix(confusion: str) -> NDArray[np.float64]:
    if confusion == "symmetric":
        return symmetric(len(DFEW_CLASSES))
    if confusion == "asymmetric":
        return asymmetric(len(DFEW_CLASSES))
    return confusion_matrix(confusion)
