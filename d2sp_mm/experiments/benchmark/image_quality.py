"""Image quality as a baseline against bad clips: measures of the pictures, without any training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.benchmark.noisy_set import NoisySet
from d2sp_mm.functional.ranks import fractional_ranks
from d2sp_mm.runs.ledger_table import LedgerTable

MEASURES = ("sharpness", "brightness", "motion")
#: Frames of a clip that are looked at, neighbours in pairs.
_FRAMES = 8


def image_quality(frames: npt.NDArray[np.uint8]) -> dict[str, float]:
    """Sharpness, brightness and motion of a clip.

    Args:
        frames: Shape (t, h, w, 3), RGB, with t >= 2.

    Returns:
        ``sharpness``: mean over the frames of the variance of the Laplacian of the grey picture; ``brightness``: the 95th
        percentile of the grey values, in [0, 255]; ``motion``: mean absolute difference of neighbouring frames, in [0, 255].
        Low = bad.

    Source:
        Variance of the Laplacian: Pech-Pacheco et al. (ICPR 2000), by OpenCV; a high percentile of the brightness is what
        cleanvision, too, tells dark pictures by.
    """
    import cv2

    grey = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames])
    sharp = [float(cv2.Laplacian(picture, cv2.CV_64F).var()) for picture in grey]
    moved = np.abs(np.diff(grey.astype(np.float32), axis=0)).mean()
    return {"sharpness": float(np.mean(sharp)), "brightness": float(np.percentile(grey, 95)), "motion": float(moved)}


def evaluate_pictures(known: LedgerTable, noisy: NoisySet, measure: str, rate: float) -> LedgerTable:
    """Prune the clips that are lowest in a measure, or in any of them.

    Args:
        known: A ledger of the noisy split, for keys and given labels.
        noisy: The noisy set, of video files.
        measure: One of ``MEASURES``, or ``any``: a clip's lowest rank in them.
        rate: Share to prune, in (0, 1). Clips that cannot be read come first.

    Returns:
        A ledger whose quality score is the rank among the clips.

    Raises:
        ConfigError: The measure is unknown, or the clips are no video files.
    """
    if measure not in (*MEASURES, "any"):
        raise ConfigError(f"suite: measure={measure!r} is unknown; choose one of {', '.join(MEASURES)}, any.")
    if noisy.kind != "video" or noisy.data_prefix is None:
        raise ConfigError(f"suite: image quality looks at video files, and these are {noisy.kind} clips; see data_sets=.")
    root = Path(noisy.data_prefix["video"])
    found = [_measure(root / path) for path in noisy.annotations().paths]
    readable = np.array([values is not None for values in found])
    wanted = MEASURES if measure == "any" else (measure,)
    scores = np.zeros(len(found))
    ranks = [fractional_ranks(np.array([values[name] for values in found if values is not None])) for name in wanted]
    scores[readable] = fractional_ranks(np.min(ranks, axis=0)) if readable.any() else 0.0
    keep = np.ones(len(found), dtype=bool)
    # Unreadable clips tie with the lowest rank, and go before it.
    order = np.lexsort((scores, readable))
    keep[order[: round(rate * len(found))]] = False
    stages, reasons = (["" if stays else word for stays in keep] for word in (measure, "quality"))
    unscored = np.full(len(found), np.nan)
    epochs = np.where(keep, -1, 0)
    return LedgerTable(known.keys, known.labels, known.labels, keep, scores, unscored, stages, reasons, epochs)


def _measure(path: Path) -> dict[str, float] | None:
    """None for a clip that cannot be read."""
    import decord

    try:
        reader = decord.VideoReader(str(path), num_threads=1)
        first = np.linspace(0, max(len(reader) - 2, 0), _FRAMES // 2).round().astype(int)
        chosen = np.minimum(np.sort(np.concatenate([first, first + 1])), len(reader) - 1)
        return image_quality(reader.get_batch(chosen).asnumpy())
    except (RuntimeError, decord.DECORDError):
        return None
