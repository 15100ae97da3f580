"""Writing purified annotations in MMAction2's own format."""

from __future__ import annotations

import os

import numpy as np

from d2sp_mm.annotations.annotations import Annotations
from d2sp_mm.annotations.pose_pickle import PosePickle
from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.io.whole_files import atomic_write


def write_annotations(
    annotations: Annotations,
    path: str | os.PathLike[str],
    keep: np.ndarray | None = None,
    labels: np.ndarray | None = None,
) -> None:
    """Write the kept samples with their labels, in the format of the file that was read.

    A text line that does not change keeps its bytes; a relabelled one changes its label only. In a pose file the other
    splits stay, and a changed entry keeps its first label as ``given_label``. The file appears whole or not at all.

    Args:
        annotations: What :func:`read_annotations` returned.
        path: The file to write; a pose file must end in ``.pkl``, or ``PoseDataset`` refuses it.
        keep: Which samples stay, shape ``(n,)``, bool. ``None`` keeps all.
        labels: The labels to write, shape ``(n,)``, whole numbers of 0 or more. ``None`` writes the given ones.

    Raises:
        ConfigError: ``path`` does not end in ``.pkl`` for a pose file.
        DataError: ``keep`` or ``labels`` do not fit the samples, or no sample is kept.

    Source:
        Our own.
    """
    if isinstance(annotations.content, PosePickle) and not os.fspath(path).endswith(".pkl"):
        raise ConfigError(f"path={os.fspath(path)!r}: MMAction2's PoseDataset reads only names that end in .pkl.")
    atomic_write(path, render_annotations(annotations, keep, labels))


def render_annotations(
    annotations: Annotations, keep: np.ndarray | None = None, labels: np.ndarray | None = None
) -> bytes:
    """What :func:`write_annotations` writes.

    Args:
        annotations: As there.
        keep: As there.
        labels: As there.

    Raises:
        DataError: As there.
    """
    keep = np.ones(len(annotations), dtype=bool) if keep is None else np.asarray(keep)
    labels = annotations.labels if labels is None else np.asarray(labels)
    check_keep_and_labels(annotations, keep, labels)
    return annotations.content.render(keep, labels)


def check_keep_and_labels(annotations: Annotations, keep: np.ndarray, labels: np.ndarray) -> None:
    """Refuse ``keep`` or ``labels`` that do not fit the samples.

    Args:
        annotations: The samples, ``n`` of them.
        keep: Expected of shape ``(n,)``, bool, with one ``True`` or more.
        labels: Expected of shape ``(n,)``, whole numbers of 0 or more.

    Raises:
        DataError: They do not fit.
    """
    n = len(annotations)
    if keep.shape != (n,) or keep.dtype != np.bool_:
        raise DataError(f"keep has shape {keep.shape} and type {keep.dtype}; expected ({n},) and bool.")
    if labels.shape != (n,) or not np.issubdtype(labels.dtype, np.integer):
        raise DataError(f"labels have shape {labels.shape} and type {labels.dtype}; expected ({n},) and integers.")
    if not keep.any():
        raise DataError("keep drops every sample; a training set needs one at least.")
    if (labels < 0).any():
        raise DataError(f"labels holds {labels.min()}; expected class indices of 0 or more.")
