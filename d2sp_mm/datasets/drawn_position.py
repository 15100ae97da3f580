"""A position that knows what to take in its place."""

from __future__ import annotations


class DrawnPosition(int):
    """A position of the dataset, drawn by a sampler that has pruned samples, with kept ones to fall back on.

    The dataset holds no purification state, so that worker processes never hold a stale one: which clip may replace one that
    cannot be decoded has to come with the position. It is an ``int``, so that any dataset can be asked for it.

    Args:
        position: The position.
        spares: Positions of kept samples, to be tried in turn.

    Source:
        Our own.
    """

    def __new__(cls, position: int, spares: tuple[int, ...] = ()) -> DrawnPosition:  # noqa: D102 - the class says it
        drawn = super().__new__(cls, position)
        # An attribute of the instance: it travels to worker processes with the position.
        drawn.spares = spares
        return drawn

    spares: tuple[int, ...]
