"""Means over seeds, with intervals, from the results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from d2sp_mm.experiments.benchmark.suite import ORACLE, PLAIN
from d2sp_mm.functional.bootstrap import bootstrap_interval

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Estimate:
    """A figure over seeds.

    Args:
        value: The statistic; NaN where no seed has the figure.
        low: Lower end of its 95 % interval; NaN below two seeds.
        high: Upper end.
        seeds: How many seeds have it.
    """

    value: float
    low: float
    high: float
    seeds: int


#: Estimates by method and figure.
Figures = Mapping[str, Mapping[str, Estimate]]

#: A method's two models: trained while it decides, and trained from scratch on what it left.
MODELS = ("in_run", "scratch")
#: Figures of an evaluation by their names in the tables: how to find them.
EVALUATED: dict[str, tuple[str, str]] = {
    "low_quality.ap": ("low_quality", "ap"),
    "low_quality.precision": ("low_quality", "precision"),
    "low_quality.recall": ("low_quality", "recall"),
    "low_quality.left": ("left", "low_quality"),
    "mislabel.ap": ("mislabel", "ap"),
    "mislabel.precision": ("mislabel", "precision"),
    "mislabel.right_class": ("mislabel", "right_class"),
    "mislabel.recall": ("mislabel", "recall"),
    "mislabel.left": ("left", "mislabel"),
    "clean.pruned": ("clean_harmed", "pruned"),
    "clean.relabelled": ("clean_harmed", "relabelled"),
}


def summarize(rows: Iterable[Row], data_set: str, noise: str) -> Figures:
    """The figures of every method on one noise of one data set.

    For each of ``MODELS``, with its name and a dot before: ``top1``, ``uar``: means. ``top1_gain``, ``uar_gain``: mean
    difference from the plain run of the same seed. ``top1_gap``, ``uar_gap``: recovered gap,
    ``(method - plain) / (oracle - plain)`` of the means. ``cost``: epochs trained for it in all, over those of the schedule.
    The rest are those of ``EVALUATED``.

    Args:
        rows: Results, of any data sets and noises.
        data_set: Name of the data set.
        noise: Name of the noise.

    Returns:
        Estimates by method and figure. Only seeds count in which the plain run is there as well.
    """
    by_seed: dict[int, dict[str, Row]] = {}
    for row in rows:
        if (row["data_set"], row["noise"]) == (data_set, noise):
            by_seed.setdefault(int(row["seed"]), {})[row["method"]] = row
    seeds = [by_seed[seed] for seed in sorted(by_seed) if PLAIN in by_seed[seed]]
    methods = dict.fromkeys(method for seed in seeds for method in seed)
    return {method: _of_method(method, [seed for seed in seeds if method in seed]) for method in methods}


def summarize_all(rows: Sequence[Row], pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Figures]:
    """:func:`summarize` for each pair of data set and noise that has results, in the order of ``pairs``."""
    found = {pair: summarize(rows, *pair) for pair in pairs}
    return {pair: figures for pair, figures in found.items() if figures}


def _of_method(method: str, seeds: Sequence[Mapping[str, Row]]) -> dict[str, Estimate]:
    found = {}
    for model in MODELS:
        there = [seed for seed in seeds if seed[method][model] is not None]
        found[f"{model}.cost"] = _estimate([seed[method][model]["epochs"] / seed[method]["max_epochs"] for seed in there])
        for figure in ("top1", "uar"):
            gains = [(seed[method][model][figure] - seed[PLAIN]["in_run"][figure], _gap(seed, figure)) for seed in there]
            found[f"{model}.{figure}"] = _estimate([seed[method][model][figure] for seed in there])
            found[f"{model}.{figure}_gain"] = _estimate([gain for gain, _ in gains])
            found[f"{model}.{figure}_gap"] = _estimate(gains, _ratio_of_means)
    for name, (part, key) in EVALUATED.items():
        found[name] = _estimate([_number(_evaluated(seed[method], part, key)) for seed in seeds])
    return found


def _gap(seed: Mapping[str, Row], figure: str) -> float:
    """From plain to oracle; NaN without an oracle."""
    return seed[ORACLE]["scratch"][figure] - seed[PLAIN]["in_run"][figure] if ORACLE in seed else float("nan")


def _estimate(values: Sequence[Any], statistic: Callable[..., Any] | None = None) -> Estimate:
    if not len(values):
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    rows = np.asarray(values, dtype=np.float64).reshape(len(values), -1)
    return Estimate(*bootstrap_interval(rows, statistic), int((~np.isnan(rows).any(axis=1)).sum()))


def _ratio_of_means(gain: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """A gap that is zero or negative cannot be recovered."""
    means = gap.mean(axis=-1)
    return np.where(means > 0, gain.mean(axis=-1) / np.where(means > 0, means, 1.0), np.nan)


def _evaluated(row: Row, part: str, key: str) -> float | None:
    found: float | None = (row["evaluation"] or {}).get(part, {}).get(key)
    return found


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
