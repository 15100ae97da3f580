"""Collecting what is wrong with a dataset, so that a user sees all of it at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from d2sp_mm.datasets.converters.conversion import Clip
from d2sp_mm.errors import DataError

_SHOWN = 5


@dataclass
class Problems:
    """What was found missing or empty.

    Args:
        allowed: Whether such clips are left out instead.
    """

    allowed: bool
    _noted: dict[str, None] = field(default_factory=dict, repr=False)

    @property
    def found(self) -> list[str]:
        """A sentence each; the same problem of a clip in several folds counts once."""
        return list(self._noted)

    def add(self, problem: str) -> None:
        """Take note of a problem."""
        self._noted[problem] = None

    def settle(self) -> list[str]:
        """Notes on what was left out.

        Raises:
            DataError: Something was found and is not allowed.
        """
        if not self.found:
            return []
        shown = "".join(f"\n  {problem}" for problem in self.found[:_SHOWN])
        more = f"\n  and {len(self.found) - _SHOWN} more" if len(self.found) > _SHOWN else ""
        if self.allowed:
            return [f"{len(self.found)} clips were left out:{shown}{more}"]
        raise DataError(
            f"{len(self.found)} clips cannot be used:{shown}{more}\nBring them back, name another folder with --clips, or "
            "leave them out with --allow-missing."
        )


def check_no_overlap(train: Iterable[Clip], test: Iterable[Clip], where: str) -> None:
    """Refuse a clip that stands in both train and test.

    Raises:
        DataError: There is one; the message names some.
    """
    both = sorted({clip.key for clip in train} & {clip.key for clip in test})
    if both:
        raise DataError(
            f"{where}: {len(both)} clips stand in both train and test ({', '.join(both[:_SHOWN])}); figures on such a split "
            "mean nothing. Get the lists anew from the set's owners."
        )


def check_named_once(clips: Iterable[Clip], where: str) -> None:
    """Refuse a clip that a list names twice.

    Raises:
        DataError: There is one; the message names some.
    """
    twice = sorted(key for key, times in Counter(clip.key for clip in clips).items() if times > 1)
    if twice:
        raise DataError(f"{where}: {len(twice)} clips are named more than once ({', '.join(twice[:_SHOWN])}).")
