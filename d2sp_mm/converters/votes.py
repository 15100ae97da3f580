"""A truth that annotators' votes stand in for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def truth_of_votes(votes: Mapping[str, float], given: int, classes: Sequence[str], min_agreement: float) -> tuple[int, str]:
    """What the votes say of a clip and its label.

    The class with the most votes is true. Where no class has ``min_agreement`` of all votes, where two have the most, or
    where the most are for something that is no class of the dataset, nobody could label the clip: it counts as
    ``low_quality``, and keeps the given label.

    Args:
        votes: Votes by name; names that are no class (``unknown``, no face) count as votes for something else.
        given: Index of the label that the dataset gives.
        classes: The emotions of the dataset.
        min_agreement: Share of the votes in (0, 1].

    Returns:
        True class and ``clean``, ``mislabel`` or ``low_quality``.

    Source:
        Our own; majority vote of Barsoum et al., "Training Deep Networks for Facial Expression Recognition with
        Crowd-Sourced Label Distribution", ICMI 2016. A proxy: a majority may be wrong.
    """
    total = sum(votes.values())
    most = max(votes.values(), default=0)
    winners = [name for name, count in votes.items() if count == most]
    if total <= 0 or most < min_agreement * total or len(winners) > 1 or winners[0] not in classes:
        return given, "low_quality"
    true = list(classes).index(winners[0])
    return true, "clean" if true == given else "mislabel"
