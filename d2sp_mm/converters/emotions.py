"""One table of the names that emotions go by, so that labels are mapped by name and never by number."""

from __future__ import annotations

from collections.abc import Sequence

from d2sp_mm.errors import DataError

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
