"""The trials of a suite: each trains one method on one noisy split, and evaluates it."""

from __future__ import annotations

from dataclasses import dataclass

from d2sp_mm.experiments.benchmark.suite import ORACLE, PLAIN, Suite


@dataclass(frozen=True)
class NoisySplit:
    """A training split with noise: one data set, one noise, one seed.

    Args:
        data_set: Name of the data set.
        noise: Name of the noise.
        seed: The seed.
    """

    data_set: str
    noise: str
    seed: int

    @property
    def folder(self) -> str:
        """Where its files lie, below the benchmark's folder."""
        return f"{self.data_set}/{self.noise}/seed{self.seed}"


@dataclass(frozen=True)
class Trial:
    """A method on a noisy split.

    Args:
        noisy_split: The noisy split.
        method: Name of the method.
    """

    noisy_split: NoisySplit
    method: str

    @property
    def name(self) -> str:
        """Its name on the screen."""
        return f"{self.noisy_split.folder} {self.method}"

    @property
    def plain(self) -> Trial:
        """The trial of plain training on the same noisy split."""
        return Trial(self.noisy_split, PLAIN)


def trials_of(suite: Suite) -> list[Trial]:
    """All trials of a suite, in the order in which they run: seed by seed, so that an interrupted suite compares already.

    The plain trial of a noisy split comes first, because others start from its checkpoints. On a clean set the oracle is
    the plain run, and has no trial.

    Args:
        suite: The suite.
    """
    methods = [PLAIN, *(name for name in suite.methods if name != PLAIN)]
    found = [
        Trial(NoisySplit(data_set, noise, seed), method)
        for seed in suite.seeds
        for data_set, noise in suite.pairs
        for method in methods
        if not (method == ORACLE and suite.noises[noise].is_clean)
        and data_set in (suite.methods[method].data_sets or suite.data_sets)
    ]
    return list(dict.fromkeys(found))
