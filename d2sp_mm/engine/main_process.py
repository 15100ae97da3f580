"""Work of the main process that all ranks need the result of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from mmengine import dist

from d2sp_mm.errors import D2SPError, DataError

_T = TypeVar("_T")


def from_main(work: Callable[[], _T]) -> _T:
    """What the main process makes of some work, on every rank; so is its error, or the other ranks would wait for ever.

    Args:
        work: What to do; the result must be picklable.

    Raises:
        DataError: With the words of the error that the work raised, if that was one of ours.
    """
    told: list[Any] = [None, ""]
    if dist.is_main_process():
        try:
            told[0] = work()
        except D2SPError as error:
            told[1] = str(error)
    dist.broadcast_object_list(told)
    if told[1]:
        raise DataError(told[1])
    found: _T = told[0]
    return found
