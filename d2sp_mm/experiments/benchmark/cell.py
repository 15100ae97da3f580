"""One training to be done and evaluated."""

from __future__ import annotations

from dataclasses import dataclass

from d2sp_mm.experiments.benchmark.suite import ORACLE, PLAIN, Suite


@dataclass(frozen=True)
class Place:
    """A noisy training set.

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
class Cell:
    """A method on a noisy training set.

    Args:
        place: The training set.
        method: Name of the method.
    """

    place: Place
    method: str

    @property
    def name(self) -> str:
        """What it is called on the screen."""
        return f"{self.place.folder} {self.method}"


def cells_of(suite: Suite) -> list[Cell]:
    """All cells of a suite, in the order in which they run: seed by seed, so that a broken-off run compares already.

    The plain run comes first in its place, because others go on from its checkpoints. On a clean set the oracle is the
    plain run, and has no cell.

    Args:
        suite: The suite.
    """
    methods = [PLAIN, *(name for name in suite.methods if name != PLAIN)]
    found = [
        Cell(Place(data_set, noise, seed), method)
        for seed in suite.seeds
        for data_set, noise in suite.pairs
        for method in methods
        if not (method == ORACLE and suite.noises[noise].is_clean)
        and data_set in (suite.methods[method].data_sets or suite.data_sets)
    ]
    return list(dict.fromkeys(found))
