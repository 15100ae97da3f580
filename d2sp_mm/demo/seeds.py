"""The figures of several seeds, taken together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

from d2sp_mm.demo.summary import Summary

#: A nested dictionary whose leaves are ``{"mean", "deviation"}``.
Spread = Mapping[str, Any]


def spread_over_seeds(summaries: Sequence[Summary]) -> Spread:
    """Return mean and sample deviation of every figure.

    Args:
        summaries: One summary a seed, at least one.

    Returns:
        A dictionary of the summary's form whose every figure is ``{"mean", "deviation"}``; the deviation of a single seed
        is 0. Seeds where a figure is None (a share of nothing) are left out of it; both are None if it is None in all.

    Source:
        Our own; the deviation divides by one less than the seeds.
    """
    return {key: _spread([summary[key] for summary in summaries]) for key in summaries[0]}


def _spread(values: Sequence[Any]) -> Any:
    if isinstance(values[0], Mapping):
        return {key: _spread([value[key] for value in values]) for key in values[0]}
    there: list[float] = [value for value in values if value is not None]
    if not there:
        return {"mean": None, "deviation": None}
    return {"mean": fmean(there), "deviation": stdev(there) if len(there) > 1 else 0.0}
