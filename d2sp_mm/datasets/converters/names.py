"""Names of emotions, of clips in their natural order, and votes on them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from d2sp_mm.errors import DataError

_NUMBER = re.compile(r"(\d+)")


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts ``2.jpg`` before ``10.jpg``.

    Args:
        name: A file's name.

    Returns:
        Its runs of digits as numbers and what is between them as text, comparable with every other key.
    """
    parts = (part for part in _NUMBER.split(name) if part)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def without_zeros(name: str) -> str:
    """The name with a number for each run of digits, so that ``00010`` and ``10`` are the same."""
    return _NUMBER.sub(lambda found: str(int(found.group())), name)


#: Each emotion with every name that the lists, folders and tables of the datasets give it.
NAMES: dict[str, tuple[str, ...]] = {
    "happiness": ("happy", "joy", "hap"),
    "sadness": ("sad",),
    "neutral": ("neutrality", "neu"),
    "anger": ("angry", "ang"),
    "surprise": ("surprised", "sur"),
    "disgust": ("disgusted", "dis"),
    "fear": ("fearful", "fea", "afraid"),
    "contempt": ("contemptuous",),
    "anxiety": ("anxious",),
    "helplessness": ("helpless",),
    "disappointment": ("disappointed",),
}
_BY_NAME = {name: emotion for emotion, names in NAMES.items() for name in (emotion, *names)}

#: The seven classes of DFEW in its order, which FERV39k and AFEW get as well, so that models can be exchanged.
SEVEN = ("happiness", "sadness", "neutral", "anger", "surprise", "disgust", "fear")


def emotion_of(name: str) -> str | None:
    """The emotion that a name means, whatever its case; None if it means none."""
    return _BY_NAME.get(name.strip().lower())


def class_of(name: str, classes: Sequence[str], where: str) -> int:
    """The index of the class that a name means.

    Args:
        name: As a list has it.
        classes: The emotions of the dataset, in the order of its labels.
        where: File and line, for the message.

    Raises:
        DataError: The name means no emotion, or one that is no class of the dataset.
    """
    emotion = emotion_of(name)
    if emotion not in classes:
        raise DataError(f"{where}: the label {name!r} is unknown; expected {', '.join(classes)}, or another name of one.")
    return classes.index(emotion)


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
