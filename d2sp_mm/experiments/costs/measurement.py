"""One line of the page of costs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.bootstrap import bootstrap_interval
from d2sp_mm.paths import find_home


@dataclass(frozen=True)
class Measurement:
    """What was measured, and what it should be.

    Args:
        what: The quantity.
        found: What was measured, with its interval, in words.
        bound: What it should be, in words; empty where nothing was set.
        holds: Whether it is; None where nothing was set.
        note: What a reader must know, such as why a bound is missed.
    """

    what: str
    found: str
    bound: str = ""
    holds: bool | None = None
    note: str = ""


def median_interval(values: npt.ArrayLike) -> tuple[float, float, float]:
    """The median, and its 95 % bootstrap interval."""
    return bootstrap_interval(values, lambda column: np.median(column, axis=-1), resamples=999)


def paired_ratio(what: str, ours: Sequence[float], theirs: Sequence[float], most: float, note: str = "") -> Measurement:
    """How much longer ours took than the alternative, pair by pair.

    Args:
        what: The quantity.
        ours: Seconds, one a pair.
        theirs: Seconds of the alternative, one a pair.
        most: The share, above 0, that ours may take longer.
        note: What a reader must know.

    Returns:
        The median of the pairs' ratios less 1, with its interval; it holds if the median does.
    """
    ratios = np.asarray(ours) / np.asarray(theirs) - 1
    middle, low, high = median_interval(ratios)
    found = f"{100 * middle:+.2f} % ({100 * low:+.2f} to {100 * high:+.2f}), {len(ratios)} pairs"
    return Measurement(what, found, f"at most {100 * most:g} %", middle <= most, note)


def seconds(what: str, times: Sequence[float], most: float | None = None, note: str = "") -> Measurement:
    """Median wall time.

    Args:
        what: The quantity.
        times: Seconds of each trial.
        most: The seconds that it may take, or None.
        note: What a reader must know.
    """
    middle, low, high = median_interval(times)
    unit, scale = ("ms", 1e3) if middle < 1 else ("s", 1.0)
    spread = f" ({low * scale:.3g} to {high * scale:.3g})" if len(times) > 1 else ""
    bound = "" if most is None else f"at most {most * 1e3:g} ms" if most < 1 else f"at most {most:g} s"
    found = f"{middle * scale:.3g} {unit}{spread}, {len(times)} trials"
    return Measurement(what, found, bound, None if most is None else middle <= most, note)


_IMPORT_MOST, _HELP_MOST = 0.05, 1.0


def start_times(trials: int = 9) -> list[Measurement]:
    """Importing the package, interleaved with a Python that imports nothing; and the training script's ``--help``.

    Args:
        trials: How often each is measured.
    """
    nothing, package, scripts = [], [], []
    for _ in range(trials):
        nothing.append(_run(["-c", "pass"]))
        package.append(_run(["-c", "import d2sp_mm"]))
        scripts.append(_run([str(find_home() / "tools" / "train.py"), "--help"]))
    own = (np.array(package) - np.array(nothing)).clip(0).tolist()
    light = _output(["-c", "import sys, d2sp_mm; print(sorted({'torch', 'mmengine', 'mmaction'} & set(sys.modules)))"])
    return [
        seconds("`import d2sp_mm`, beyond starting Python", own, _IMPORT_MOST),
        Measurement("what of torch, MMEngine and MMAction2 that imports", light, "[]", light == "[]"),
        seconds("`tools/train.py --help`", scripts, _HELP_MOST),
    ]


def _run(arguments: Sequence[str]) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=find_home())
    return time.perf_counter() - begin


def _output(arguments: Sequence[str]) -> str:
    done = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True, cwd=find_home())
    return done.stdout.strip()
