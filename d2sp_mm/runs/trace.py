"""What every epoch predicted, in a file that grows by four bytes a sample and epoch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from d2sp_mm.io.whole_files import write_error

#: Its name in a run's folder.
FILE = "trace.bin"
_LABEL, _PROB = np.dtype("<i2"), np.dtype("<f2")


@dataclass(frozen=True, eq=False)
class Trace:
    """Predictions of n samples in e epochs.

    The ledger keeps probabilities of the epochs that decisions look at. This is for people: which class each epoch named,
    and how probable the given label was.

    Args:
        predictions: Shape (e, n), ``int16``; -1 where a sample was not seen.
        given_probs: Probability of the label as given, shape (e, n), ``float16``; NaN there.
    """

    predictions: npt.NDArray[np.int16]
    given_probs: npt.NDArray[np.float16]


def write_trace(
    path: Path, epoch: int, predictions: npt.NDArray[np.integer[Any]], given_probs: npt.NDArray[np.floating[Any]]
) -> None:
    """Write one epoch behind those before it, over whatever an abandoned run wrote from there on.

    Args:
        path: The file.
        epoch: The epoch, counted from 0. Epochs that are not there yet count as not seen.
        predictions: The class that it named for each sample, shape (n,); -1 where a sample was not seen.
        given_probs: Probability of each label as given, shape (n,); NaN there.

    Raises:
        WriteError: It cannot be written.
    """
    n = len(predictions)
    record = predictions.astype(_LABEL).tobytes() + given_probs.astype(_PROB).tobytes()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("r+b" if path.is_file() else "w+b") as file:
            missing = epoch - file.seek(0, 2) // len(record)
            if missing > 0:
                file.seek((epoch - missing) * len(record))
                unseen = np.full(n, -1, _LABEL).tobytes() + np.full(n, np.nan, _PROB).tobytes()
                file.write(unseen * missing)
            file.seek(epoch * len(record))
            file.write(record)
            file.truncate()
    except OSError as error:
        raise write_error(path, error) from error


def _record(num_samples: int) -> int:
    """Bytes of one epoch."""
    return num_samples * (_LABEL.itemsize + _PROB.itemsize)


def read_trace(path: Path, num_samples: int) -> Trace:
    """Read what :func:`write_trace` wrote, without an epoch that was written in part; no epochs if the file is not there.

    Args:
        path: The file.
        num_samples: Samples of the run.
    """
    content = path.read_bytes() if path.is_file() else b""
    record = _record(num_samples)
    epochs = len(content) // record
    rows = np.frombuffer(content[: epochs * record], dtype=np.uint8).reshape(epochs, record)
    middle = num_samples * _LABEL.itemsize
    return Trace(
        predictions=np.ascontiguousarray(rows[:, :middle]).view(_LABEL).reshape(epochs, num_samples),
        given_probs=np.ascontiguousarray(rows[:, middle:]).view(_PROB).reshape(epochs, num_samples),
    )
