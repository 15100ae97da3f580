"""Label noise that depends on the clip: what looks like another class is taken for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from d2sp_mm.annotations import Annotations
from d2sp_mm.annotations.pose_pickle import PosePickle
from d2sp_mm.errors import ConfigError, DataError

#: What a user calls this noise.
INSTANCE_DEPENDENT = "instance_dependent"
#: Moments of a clip that are looked at, and the side of the grey picture that is left of each.
_MOMENTS, _SIDE = 4, 12
#: Principal components in which distances are measured, at most.
_COMPONENTS = 30


def instance_dependent_chances(
    features: NDArray[np.floating], labels: NDArray[np.int64], num_classes: int
) -> NDArray[np.float64]:
    """How likely each clip is taken for each class: by its distance to the means of the classes.

    ``exp(-(d_k^2 - d_y^2) / s)`` with d the distance to the mean of a class after PCA, and s a third of what that difference
    to the nearest class is for the median clip: a clip that lies as near to another class as to its own has the chance 1, a
    median one a twentieth.

    Args:
        features: Shape (n, d).
        labels: True labels, shape (n,), in [0, ``num_classes``).
        num_classes: Number of classes c, at least 2.

    Returns:
        Chances above 0, shape (n, c), to be used by :func:`d2sp_mm.experiments.noise.confusion.confuse_samples`; 0 for a
        class without samples.

    Source:
        Our own; the idea that clips of a class are not equally likely to be mistaken after part-dependent label noise (Xia
        et al., NeurIPS 2020), whose generator projects features at random instead.
    """
    x = np.asarray(features, dtype=np.float64)
    x = x - x.mean(axis=0)
    left, singular, _ = np.linalg.svd(x, full_matrices=False)
    x = (left * singular)[:, :_COMPONENTS]
    distances = np.full((len(x), num_classes), np.inf)
    for label in np.unique(labels):
        distances[:, label] = ((x - x[labels == label].mean(axis=0)) ** 2).sum(axis=1)
    margin = distances - distances[np.arange(len(x)), labels][:, None]
    others = np.where(np.arange(num_classes) == labels[:, None], np.inf, np.maximum(margin, 0.0))
    scale = float(np.median(others.min(axis=1))) / 3
    return np.where(np.isfinite(margin), np.exp(-np.maximum(margin, 0.0) / max(scale, np.finfo(float).tiny)), 0.0)


def clip_features(annotations: Annotations, data_root: Path | None) -> NDArray[np.float32]:
    """What a clip looks like, in a few numbers: small grey pictures of four moments, or the points of four moments.

    Args:
        annotations: Of kind ``video`` or ``pose``.
        data_root: Folder of the clips of a video list.

    Returns:
        Shape (n, d).

    Raises:
        ConfigError: Clips of another kind, or no folder.
        DataError: A clip cannot be read.
    """
    if isinstance(annotations.content, PosePickle):
        entries = [annotations.content.entries[row] for row in annotations.content.rows]
        return np.stack([_points(entry) for entry in entries])
    if annotations.kind != "video" or data_root is None:
        raise ConfigError(
            f"confusion='instance_dependent' looks at video files or skeletons, and these are {annotations.kind} clips"
            f"{'' if data_root else ' without a data root'}; choose another confusion."
        )
    return np.stack([_pictures(data_root / path) for path in annotations.paths])


def _points(entry: dict) -> NDArray[np.float32]:
    points = np.asarray(entry["keypoint"], dtype=np.float32)[0]
    chosen = points[np.linspace(0, len(points) - 1, _MOMENTS).round().astype(int)]
    low, high = chosen.min(axis=(0, 1)), chosen.max(axis=(0, 1))
    return ((chosen - low) / np.maximum(high - low, 1e-6)).reshape(-1)


def _pictures(path: Path) -> NDArray[np.float32]:
    import cv2
    import decord

    try:
        reader = decord.VideoReader(str(path), num_threads=1)
        moments = np.linspace(0, len(reader) - 1, _MOMENTS).round().astype(int)
        frames = reader.get_batch(moments).asnumpy()
    except (RuntimeError, decord.DECORDError) as error:
        raise DataError(f"{path}: cannot be read ({str(error).splitlines()[0]}).") from error
    small = [cv2.resize(cv2.cvtColor(f, cv2.COLOR_RGB2GRAY), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) for f in frames]
    return np.stack(small).astype(np.float32).reshape(-1) / 255.0
