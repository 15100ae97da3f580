"""A position that knows what to take in its place."""

from __future__ import annotations


class DrawnPosition(int):
    """A position of the dataset, with what only the sampler knows: kept positions to fall back on, and the epoch's seed.

    The dataset holds no purification state, so that worker processes never hold a stale one: which clip may replace one that
    cannot be decoded has to come with the position. It is an ``int``, so that any dataset can be asked for it.

    Args:
        position: The position.
        spares: Positions of kept samples, to be tried in turn; none where no sample was pruned.
        epoch_seed: What a worker process that outlives epochs seeds its generators with, beside its own number; None leaves
            them alone.

    Source:
        Our own.
    """

    def __new__(
        cls, position: int, spares: tuple[int, ...] = (), epoch_seed: tuple[int, ...] | None = None
    ) -> DrawnPosition:
        """Make a position; the arguments are those of the class."""
        drawn = super().__new__(cls, position)
        # Attributes of the instance: they travel to worker processes with the position.
        drawn.spares = spares
        drawn.epoch_seed = epoch_seed
        return drawn

    spares: tuple[int, ...]
    epoch_seed: tuple[int, ...] | None
