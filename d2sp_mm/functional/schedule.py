"""Steps of a schedule spread over a shorter epoch."""

from __future__ import annotations


def proportional_steps(iteration: int, short: int, full: int) -> int:
    """How many of ``full`` steps fall to one iteration of an epoch that has only ``short``.

    Over the whole epoch the steps add up to ``full`` exactly, spread evenly.

    Args:
        iteration: Iteration in the epoch, in [0, short).
        short: Iterations that the epoch has.
        full: Steps that it must make.

    Returns:
        A number of steps >= 0.

    Source:
        Our own (Bresenham's even spacing).

    Example:
        >>> [proportional_steps(i, short=3, full=5) for i in range(3)]
        [1, 2, 2]
    """
    return (iteration + 1) * full // short - iteration * full // short
