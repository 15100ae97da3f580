"""The confusion matrix that a user names: a built-in source, a pattern, or a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.noise.confusion import SOURCES, asymmetric, confusion_matrix, symmetric


def choose_confusion(choice: str, num_classes: int) -> np.ndarray:
    """Return the confusion matrix that ``choice`` names.

    Args:
        choice: ``symmetric``, ``asymmetric``, a name of :data:`d2sp_mm.noise.confusion.SOURCES` (the seven DFEW classes
            in their order), or a file: ``.json`` (rows, or a dict with them as ``matrix``), ``.csv`` (numbers, no
            header) or ``.npy``.
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
