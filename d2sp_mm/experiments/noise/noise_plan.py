"""Choosing which samples get a wrong label and which clips are corrupted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.noise.confusion import confuse_labels, confuse_samples


@dataclass(frozen=True, eq=False)
class NoisePlan:
    """What happens to each of ``n`` samples.

    Args:
        labels: The labels to give, shape ``(n,)``, ``int64``; wrong where ``noise`` is ``mislabel``.
        noise: ``clean``, ``low_quality`` or ``mislabel``, shape ``(n,)``, strings.
        kinds: How a ``low_quality`` clip is corrupted, by sample.
    """

    labels: np.ndarray
    noise: np.ndarray
    kinds: dict[int, str]


def plan_noise(
    labels: np.ndarray,
    matrix: np.ndarray,
    mislabel_rate: float,
    low_quality_rate: float,
    kinds: Sequence[str],
    rng: np.random.Generator,
    chances: np.ndarray | None = None,
) -> NoisePlan:
    """Choose ``round(rate * n)`` samples for either noise, none for both.

    The wrong labels come first, so that all samples compete for them by the confusion of their class; the clips to
    corrupt are drawn evenly from the rest, and the kinds are dealt out as evenly as their number allows.

    Args:
        labels: True labels, shape ``(n,)``, integers in [0, c).
        matrix: Confusion, shape ``(c, c)``, row = true class.
        mislabel_rate: Share of all samples to mislabel, in [0, 1].
        low_quality_rate: Share of all samples to corrupt, in [0, 1].
        kinds: The ways to corrupt a clip.
        rng: Source of randomness.
        chances: How likely each sample is taken for each class, shape ``(n, c)``, in place of ``matrix``; see
            :func:`confuse_samples`.

    Returns:
        The plan for the ``n`` samples.

    Raises:
        ConfigError: A rate lies outside [0, 1], both together ask for more samples than there are, or there is no way
            to corrupt.

    Source:
        Our own.
    """
    n = len(labels)
    for name, rate in (("mislabel_rate", mislabel_rate), ("low_quality_rate", low_quality_rate)):
        if not 0.0 <= rate <= 1.0:
            raise ConfigError(f"{name}={rate!r} must lie in [0, 1]; rates are fractions, not percent.")
    num_corrupted = round(low_quality_rate * n)
    if chances is None:
        noisy = confuse_labels(labels, matrix, mislabel_rate, rng)
    else:
        noisy = confuse_samples(np.asarray(labels, dtype=np.int64), chances, mislabel_rate, rng)
    untouched = np.flatnonzero(noisy == labels)
    if num_corrupted > len(untouched):
        raise ConfigError(
            f"mislabel_rate={mislabel_rate} and low_quality_rate={low_quality_rate} ask for {n - len(untouched)} and "
            f"{num_corrupted} of {n} samples, and no sample gets both; lower one."
        )
    if num_corrupted and not kinds:
        raise ConfigError("kinds is empty, so no clip can be corrupted; name one, or set low_quality_rate=0.")
    corrupted = np.sort(rng.choice(untouched, size=num_corrupted, replace=False))
    noise = np.full(n, "clean", dtype="<U11")
    noise[noisy != labels] = "mislabel"
    noise[corrupted] = "low_quality"
    dealt = rng.permutation([kinds[i % len(kinds)] for i in range(num_corrupted)])
    return NoisePlan(noisy, noise, {int(i): str(kind) for i, kind in zip(corrupted, dealt)})
