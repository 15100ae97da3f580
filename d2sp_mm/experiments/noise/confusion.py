"""Which class is taken for which."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from d2sp_mm.errors import ConfigError, DataError


def choose_confusion(choice: str, num_classes: int) -> np.ndarray:
    """Return the confusion matrix that ``choice`` names.

    Args:
        choice: ``symmetric``, ``asymmetric``, a name of :data:`SOURCES` (the seven DFEW classes in their order), or a
            file: ``.json`` (rows, or a dict with them as ``matrix``), ``.csv`` (numbers, no header) or ``.npy``.
        num_classes: Number of classes of the training set.

    Returns:
        Shape ``(num_classes, num_classes)``, row = true class, column = given class.

    Raises:
        ConfigError: The choice is unknown, or the matrix is for another number of classes.
        DataError: The file cannot be read.
    """
    if choice == "symmetric":
        return symmetric(num_classes)
    if choice == "asymmetric":
        return asymmetric(num_classes)
    matrix = confusion_matrix(choice) if choice in SOURCES else _read_matrix(choice)
    if matrix.shape != (num_classes, num_classes):
        raise ConfigError(
            f"confusion={choice!r} has shape {matrix.shape}, but the training set has {num_classes} classes; give a "
            "matrix of that size, or num_classes where the highest class has no sample."
        )
    return matrix


def _read_matrix(choice: str) -> np.ndarray:
    path = Path(choice)
    readers = {".json": _read_json, ".csv": _read_csv, ".npy": _read_npy}
    if path.suffix not in readers:
        names = ", ".join(("symmetric", "asymmetric", *SOURCES))
        raise ConfigError(f"confusion={choice!r} is unknown; choose one of {names}, or a .json, .csv or .npy file.")
    try:
        return np.asarray(readers[path.suffix](path), dtype=np.float64)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(f"{choice}: no confusion matrix can be read ({error}); expected rows of numbers.") from error


def _read_json(path: Path) -> object:
    content = json.loads(path.read_text(encoding="utf-8-sig"))
    return content["matrix"] if isinstance(content, dict) else content


def _read_csv(path: Path) -> object:
    return np.loadtxt(path, delimiter=",", ndmin=2)


def _read_npy(path: Path) -> object:
    return np.load(path, allow_pickle=False)


#: The seven classes of DFEW, in its order.
DFEW_CLASSES = ("Happy", "Sad", "Neutral", "Angry", "Surprise", "Disgust", "Fear")

# Every table below: row = true class, column = given class, both in the order of DFEW_CLASSES. The sources call the
# classes by other names: happiness or H, sadness or S, N, anger or A, disgust or D, fear or F.

# One annotator against the majority of the other nine, shares of the votes. The column of contempt, which DFEW does not
# have, is left out (at most 5 % of a row), so the rows are made to sum to 1 when they are asked for.
_FERPLUS = (
    (0.91595, 0.00441, 0.04529, 0.00401, 0.02304, 0.00206, 0.00162),
    (0.01451, 0.69560, 0.21373, 0.02563, 0.00959, 0.01237, 0.01741),
    (0.03582, 0.11959, 0.76304, 0.02882, 0.01851, 0.00749, 0.00476),
    (0.02792, 0.03556, 0.08234, 0.70975, 0.06630, 0.04030, 0.02774),
    (0.04176, 0.01022, 0.06220, 0.01465, 0.76981, 0.00300, 0.09594),
    (0.02817, 0.12877, 0.11871, 0.18813, 0.02414, 0.45372, 0.01107),
    (0.01477, 0.08566, 0.04863, 0.03385, 0.23396, 0.01459, 0.56480),
)

# FER2013's original label against the FER+ majority of the same image, counts.
_FER2013 = (
    (7877, 55, 356, 99, 229, 6, 87),
    (8, 2177, 208, 270, 14, 69, 805),
    (397, 2623, 4904, 1163, 183, 25, 1317),
    (17, 93, 14, 1907, 21, 62, 338),
    (140, 39, 25, 107, 2464, 1, 545),
    (0, 1, 0, 25, 1, 97, 3),
    (2, 15, 0, 22, 64, 0, 474),
)

# CREMA-D: the emotion an actor was asked for against single votes, shares. It has no surprise: zeros stand there, and
# _with_surprise fills them.
_CREMA_D_FACE = (
    (0.87656, 0.00672, 0.08564, 0.00858, 0.0, 0.01336, 0.00915),
    (0.01587, 0.32103, 0.40874, 0.03403, 0.0, 0.09989, 0.12043),
    (0.04234, 0.08000, 0.71517, 0.04444, 0.0, 0.07733, 0.04072),
    (0.02819, 0.02467, 0.14169, 0.56814, 0.0, 0.19184, 0.04548),
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    (0.01269, 0.20167, 0.05871, 0.08057, 0.0, 0.54376, 0.10260),
    (0.01528, 0.13816, 0.21587, 0.09036, 0.0, 0.10260, 0.43774),
)
_CREMA_D_FACE_AND_VOICE = (
    (0.85490, 0.00372, 0.10601, 0.00704, 0.0, 0.01271, 0.01562),
    (0.00563, 0.33439, 0.39282, 0.02016, 0.0, 0.07499, 0.17201),
    (0.01841, 0.05409, 0.78773, 0.03807, 0.0, 0.05257, 0.04913),
    (0.00817, 0.00947, 0.08525, 0.65336, 0.0, 0.20219, 0.04156),
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    (0.00640, 0.10217, 0.08231, 0.07583, 0.0, 0.60583, 0.12745),
    (0.01102, 0.13164, 0.18444, 0.04587, 0.0, 0.05811, 0.56892),
)

_TABLES = {
    "ferplus": _FERPLUS,
    "fer2013": _FER2013,
    "crema_d_face": _CREMA_D_FACE,
    "crema_d_face_and_voice": _CREMA_D_FACE_AND_VOICE,
}

#: Names that :func:`confusion_matrix` knows.
SOURCES = tuple(_TABLES)


def _with_surprise(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill the row and column of Surprise from FER+; the other votes of a row shrink in proportion."""
    ferplus = confusion_matrix("ferplus")
    surprise = DFEW_CLASSES.index("Surprise")
    filled = table / np.maximum(table.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    filled *= 1.0 - ferplus[:, [surprise]]
    filled[:, surprise] = ferplus[:, surprise]
    filled[surprise] = ferplus[surprise]
    return filled


def confusion_matrix(source: str) -> NDArray[np.float64]:
    """How people confuse the seven DFEW classes, measured by one of :data:`SOURCES`.

    ``ferplus``: one annotator against the majority of the other nine, still images. ``fer2013``: FER2013's first labels
    against the FER+ majority, the same images. ``crema_d_face``: single votes on acted clips seen without sound against
    the intended emotion; ``crema_d_face_and_voice``: the same clips with sound. FER+'s contempt is left out. CREMA-D
    has no surprise: its row and column come from ``ferplus``, and the other shares of a row shrink in proportion.

    Args:
        source: One of :data:`SOURCES`.

    Returns:
        Shape (7, 7), row = true class, column = given class, in the order of :data:`DFEW_CLASSES`; rows sum to 1.

    Raises:
        ConfigError: The source is unknown.

    Source:
        FER+ votes (Barsoum et al., ICMI 2016; Microsoft, MIT licence), FER2013 (Goodfellow et al., 2013), CREMA-D
        (Cao et al., IEEE TAC 2014; Open Database License). The figures are our own count over the published votes.
    """
    if source not in _TABLES:
        raise ConfigError(f"confusion source {source!r} is unknown; choose one of {', '.join(SOURCES)}")
    table = np.asarray(_TABLES[source], dtype=np.float64)
    if source.startswith("crema_d"):
        table = _with_surprise(table)
    return table / table.sum(axis=1, keepdims=True)


def symmetric(num_classes: int) -> NDArray[np.float64]:
    """Every other class is an equally likely mistake.

    Args:
        num_classes: Number of classes, at least 2.

    Returns:
        Shape (num_classes, num_classes), zero diagonal, rows sum to 1.

    Raises:
        ConfigError: Fewer than two classes.
    """
    _check_num_classes(num_classes)
    matrix = np.full((num_classes, num_classes), 1.0 / (num_classes - 1))
    np.fill_diagonal(matrix, 0.0)
    return matrix


def asymmetric(num_classes: int) -> NDArray[np.float64]:
    """Every class is mistaken for the next one, the last for the first.

    Args:
        num_classes: Number of classes, at least 2.

    Returns:
        Shape (num_classes, num_classes), rows sum to 1.

    Raises:
        ConfigError: Fewer than two classes.
    """
    _check_num_classes(num_classes)
    return np.roll(np.eye(num_classes), 1, axis=1)


def confuse_labels(labels: ArrayLike, matrix: ArrayLike, rate: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Give exactly ``round(rate * n)`` samples a wrong label.

    A sample is drawn with a chance proportional to the off-diagonal mass of its class's row, so classes that people
    confuse more are hit more often; its new label is drawn from that off-diagonal part, and is always wrong.

    Args:
        labels: True labels, shape (n,), integers in [0, c).
        matrix: Confusion, shape (c, c), non-negative; row = true class. Rows need not sum to 1.
        rate: Share of all samples to mislabel, in [0, 1].
        rng: Source of randomness.

    Returns:
        Noisy labels, shape (n,); a new array.

    Raises:
        ConfigError: The rate lies outside [0, 1], the matrix is not a confusion matrix, or so few samples belong to
            classes that can be confused that the rate cannot be reached.
        DataError: The labels are not a row of integers in [0, c).
    """
    true = np.asarray(labels)
    confusion = np.asarray(matrix, dtype=np.float64)
    if confusion.ndim != 2 or confusion.shape[0] != confusion.shape[1]:
        raise ConfigError(f"confusion matrix must be square, got shape {confusion.shape}")
    if not np.isfinite(confusion).all() or (confusion < 0).any():
        raise ConfigError("confusion matrix holds negative or non-finite values; give shares or counts")
    if not 0.0 <= rate <= 1.0:
        raise ConfigError(f"mislabel rate {rate!r} must lie in [0, 1]; rates are fractions, not percent")
    if true.ndim != 1 or (true.size and not np.issubdtype(true.dtype, np.integer)):
        raise DataError(f"labels must be a row of integers, got shape {true.shape} of {true.dtype}")
    if true.size and (true.min() < 0 or true.max() >= len(confusion)):
        raise DataError(
            f"labels run from {true.min()} to {true.max()}, but the confusion matrix knows classes 0 to "
            f"{len(confusion) - 1}; give a matrix of the right size"
        )
    return confuse_samples(true.astype(np.int64), confusion[true.astype(np.int64)], rate, rng)


def confuse_samples(
    labels: NDArray[np.int64], chances: NDArray[np.float64], rate: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Give exactly ``round(rate * n)`` samples a wrong label, each by chances of its own.

    Args:
        labels: True labels, shape (n,).
        chances: How likely each sample is taken for each class, shape (n, c), not negative; that of its own class does not
            count. Rows need not sum to 1: a sample is drawn in proportion to what its row holds beside it.
        rate: Share of all samples to mislabel, in [0, 1].
        rng: Source of randomness.

    Returns:
        Noisy labels, shape (n,); a new array.

    Raises:
        ConfigError: So few samples can be mistaken that the rate cannot be reached.
    """
    noisy = labels.copy()
    count = round(rate * len(noisy))
    if count == 0:
        return noisy
    mistakes = chances.copy()
    mistakes[np.arange(len(noisy)), noisy] = 0.0
    chance = mistakes.sum(axis=1)
    confusable = int(np.count_nonzero(chance))
    if confusable < count:
        raise ConfigError(
            f"mislabel rate {rate} asks for {count} wrong labels, but only {confusable} samples belong to classes that "
            "the confusion matrix confuses; lower the rate or give another matrix"
        )
    chosen = rng.choice(len(noisy), size=count, replace=False, p=chance / chance.sum())
    for index in chosen:
        row = mistakes[index]
        noisy[index] = rng.choice(len(row), p=row / row.sum())
    return noisy


def _check_num_classes(num_classes: int) -> None:
    if num_classes < 2:
        raise ConfigError(f"num_classes {num_classes!r} must be at least 2 for labels to be confused")
