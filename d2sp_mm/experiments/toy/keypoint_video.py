"""Face videos drawn from the keypoints of a pose annotation."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from d2sp_mm.annotations import Annotations, read_annotations
from d2sp_mm.annotations.pose_pickle import PosePickle
from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.toy.clip import write_mp4
from d2sp_mm.io.whole_files import atomic_write

#: A run of points joined by lines: first, one past the last, whether it closes, colour (RGB).
Outline = tuple[int, int, bool, tuple[int, int, int]]

#: The 100 face points of UCI's Grammatical Facial Expressions, in their order.
FACE100: tuple[Outline, ...] = (
    (68, 87, False, (200, 170, 150)),  # cheeks and chin
    (36, 48, True, (230, 190, 160)),  # nose
    (0, 8, True, (250, 250, 250)),  # left eye
    (8, 16, True, (250, 250, 250)),  # right eye
    (16, 26, True, (150, 90, 50)),  # left brow
    (26, 36, True, (150, 90, 50)),  # right brow
    (90, 95, False, (150, 90, 50)),  # above the left brow
    (95, 100, False, (150, 90, 50)),  # above the right brow
    (48, 60, True, (230, 60, 70)),  # lips, outside
    (60, 68, True, (250, 130, 130)),  # lips, inside
)
#: Layouts by their number of points; points of any other layout are drawn as dots.
OUTLINES = {100: FACE100}

_GROUND = (35, 45, 60)
_DOT = (120, 220, 255)
_MARGIN = 0.08
# Lines are drawn at four times the size and reduced, so that a motion of less than a pixel shows.
_OVERSAMPLING = 4
# Fractional bits of the coordinates that OpenCV draws with.
_SHIFT = 4

Progress = Callable[[Iterable[int], int], Iterable[int]]


def draw_keypoints(
    points: npt.NDArray[np.floating], scores: npt.NDArray[np.floating] | None = None, image_size: int = 64
) -> npt.NDArray[np.uint8]:
    """Draw a sequence of points as pictures; the box around all points of all frames fills the canvas.

    The box is one for the whole clip, so that the motion of the head stays, while place and distance do not show.

    Args:
        points: x and y in pixels, shape (t, v, 2).
        scores: Confidence of each point, shape (t, v); points of confidence 0 are not drawn. None: all are sure.
        image_size: Side of the pictures, pixels.

    Returns:
        Shape (t, image_size, image_size, 3), RGB.

    Raises:
        DataError: The shapes do not fit, or a coordinate is not finite.

    Source:
        Our own.
    """
    if points.ndim != 3 or points.shape[2] != 2 or not len(points):
        raise DataError(f"points must have shape (t, v, 2) with at least one frame, got {points.shape}.")
    seen = np.ones(points.shape[:2], dtype=bool) if scores is None else np.asarray(scores) > 0
    if seen.shape != points.shape[:2]:
        raise DataError(f"scores must have shape {points.shape[:2]} like the points, got {seen.shape}.")
    if not np.isfinite(points[seen]).all():
        raise DataError("points hold a coordinate that is not finite; set its confidence to 0 to leave it out.")
    canvas = image_size * _OVERSAMPLING
    placed = _fit(points, seen, canvas)
    frames = np.empty((len(points), image_size, image_size, 3), dtype=np.uint8)
    for step in range(len(points)):
        picture = np.full((canvas, canvas, 3), _GROUND, dtype=np.uint8)
        _draw_frame(picture, placed[step], seen[step])
        frames[step] = cv2.resize(picture, (image_size, image_size), interpolation=cv2.INTER_AREA)
    return frames


def make_keypoint_videos(
    annotation: str | os.PathLike[str],
    out_dir: str | os.PathLike[str],
    splits: Sequence[str] = ("train", "val"),
    image_size: int = 64,
    fps: float = 17.0,
    progress: Progress | None = None,
) -> Path:
    """Draw the clips of a pose annotation as mp4 files, and write a list for MMAction2's ``VideoDataset`` a split.

    Writes ``videos/<frame_dir>.mp4`` and ``<split>.txt`` with paths below ``videos``. Of several persons the first is
    drawn.

    Args:
        annotation: A pose annotation of MMAction2 with splits.
        out_dir: A folder that is new or empty.
        splits: The splits to draw.
        image_size: Side of the pictures, pixels: a multiple of 32.
        fps: Frames a second, above 0.
        progress: Called with the samples of a split and their number; yields them again, for a progress bar.

    Returns:
        The folder.

    Raises:
        ConfigError: A setting is out of range, or ``out_dir`` is not empty.
        DataError: The annotation cannot be read, or a video cannot be written.
    """
    folder = Path(out_dir)
    if image_size < 32 or image_size % 32:
        # decord 0.6.0 fails on some widths that are none, for example 48 and 72.
        raise ConfigError(f"image_size={image_size} must be a multiple of 32; draw 64 and resize in the pipeline.")
    if not fps > 0:
        raise ConfigError(f"fps={fps} must be above 0.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"out_dir={str(folder)!r} is not an empty folder; name a new one, or remove it first.")
    parts = {split: read_annotations(annotation, "pose", split=split) for split in splits}
    for split, part in parts.items():
        samples = range(len(part))
        for sample in progress(samples, len(part)) if progress else samples:
            _draw_to_file(part, cast(PosePickle, part.content), sample, folder / "videos", image_size, fps)
        lines = (f"{path}.mp4 {label}\n" for path, label in zip(part.paths, part.labels))
        atomic_write(folder / f"{split}.txt", "".join(lines).encode())
    return folder


def _draw_to_file(part: Annotations, pose: PosePickle, sample: int, videos: Path, image_size: int, fps: float) -> None:
    path = videos / f"{part.paths[sample]}.mp4"
    if path.exists():  # Another split has the clip too.
        return
    entry = pose.entries[pose.rows[sample]]
    if "keypoint" not in entry:
        raise DataError(f"{part.paths[sample]!r} has no field 'keypoint'; only poses can be drawn.")
    scores = entry.get("keypoint_score")
    points = np.asarray(entry["keypoint"], dtype=np.float64)[0, ..., :2]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_mp4(path, draw_keypoints(points, None if scores is None else np.asarray(scores)[0], image_size), fps)


def _fit(points: npt.NDArray[np.floating], seen: npt.NDArray[np.bool_], canvas: int) -> npt.NDArray[np.float64]:
    """Move and scale the points so that their box, one for all frames, fills the canvas up to a margin."""
    if not seen.any():
        return np.zeros(points.shape)
    low, high = points[seen].min(axis=0), points[seen].max(axis=0)
    scale = (1 - 2 * _MARGIN) * canvas / max(float((high - low).max()), 1e-6)
    return np.asarray((points - (low + high) / 2) * scale + canvas / 2, dtype=np.float64)


def _draw_frame(picture: npt.NDArray[np.uint8], points: npt.NDArray[np.float64], seen: npt.NDArray[np.bool_]) -> None:
    # A coordinate that is not seen may be anything, also what no integer can hold.
    fixed = np.where(seen[:, None], np.round(points * 2**_SHIFT), 0).astype(np.int32)
    width = max(1, round(len(picture) / 100))
    outlined: set[int] = set()
    for first, end, closed, colour in OUTLINES.get(len(points), ()):
        outlined.update(range(first, end))
        run = np.arange(first, end)
        for a, b in zip(run, np.roll(run, -1) if closed else run[1:]):
            if seen[a] and seen[b]:
                cv2.line(picture, fixed[a].tolist(), fixed[b].tolist(), colour, width, cv2.LINE_AA, _SHIFT)
    for point in np.flatnonzero(seen):
        if point not in outlined:
            radius = round(0.9 * width * 2**_SHIFT)
            cv2.circle(picture, fixed[point].tolist(), radius, _DOT, cv2.FILLED, cv2.LINE_AA, _SHIFT)
