"""What all ranks must have alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from mmengine import dist

from d2sp_mm.errors import D2SPError, DataError, words_of

_T = TypeVar("_T")


def from_main(work: Callable[[], _T]) -> _T:
    """What the main process makes of some work, on every rank; so is its error, or the other ranks would wait for ever.

    Args:
        work: What to do; the result must be picklable.

    Raises:
        Exception: What the work raised, on the main process.
        DataError: With its words, on the others.
    """
    told: list[Any] = [None, ""]
    raised: Exception | None = None
    if dist.is_main_process():
        # A dataset of the user's own may raise whatever it likes.
        try:
            told[0] = work()
        except Exception as error:
            raised, told[1] = error, str(error) if isinstance(error, D2SPError) else words_of(error)
    dist.broadcast_object_list(told)
    if raised is not None:
        raise raised
    if told[1]:
        raise DataError(told[1])
    found: _T = told[0]
    return found


def check_ranks_equal(digest: str, epoch: int) -> None:
    """Compare what the ranks hold; every rank of a distributed run must call it, and every rank raises if one differs.

    Args:
        digest: Fingerprint of what this rank holds.
        epoch: The epoch that just ended, counted from 0.

    Raises:
        DataError: The ranks differ; the message names each fingerprint with its ranks.

    Source:
        Our own.
    """
    ranks: dict[str, list[int]] = {}
    for rank, other in enumerate(dist.all_gather_object(digest)):
        ranks.setdefault(other, []).append(rank)
    if len(ranks) > 1:
        held = "; ".join(f"{found} on rank {', '.join(map(str, which))}" for found, which in ranks.items())
        raise DataError(
            f"epoch {epoch}: the ranks have come to different ledgers ({held}), so that each would train on another set. "
            "Check that all read the same annotation file and run the same versions; resume from the last checkpoint."
        )
