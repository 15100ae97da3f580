"""Seeing to it that every rank holds the same."""

from __future__ import annotations

from mmengine import dist

from d2sp_mm.errors import DataError


def check_ranks_agree(digest: str, epoch: int) -> None:
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
