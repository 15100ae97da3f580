"""Spoiled copies of clips that lie as single pictures in a folder."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.noise.spoil import spoil_frames


def spoil_frame_folder(
    source: Path, target: Path, frame_indices: range, filename_tmpl: str, kind: str, rng: np.random.Generator
) -> None:
    """Write spoiled copies of one clip's frames into a new folder, under the same names.

    Args:
        source: The folder of the clip; left as it is.
        target: The folder to make.
        frame_indices: The numbers of the clip's frames in their file names.
        filename_tmpl: The file names, as in ``RawframeDataset``, for example ``img_{:05}.jpg``.
        kind: One of :data:`d2sp_mm.noise.spoil.KINDS`.
        rng: Source of randomness.

    Raises:
        DataError: A frame is missing, or the frames differ in size.
    """
    names = [filename_tmpl.format(index) for index in frame_indices]
    frames: list[np.ndarray] = []
    for name in names:
        frame = cv2.imread(str(source / name))
        if frame is None:
            raise DataError(
                f"{source / name}: cannot be read as a picture; check data_root, filename_tmpl={filename_tmpl!r}, "
                "start_index and the total_frames of the annotation file."
            )
        if frames and frame.shape != frames[0].shape:
            raise DataError(f"{source / name}: is of shape {frame.shape}, the frames before it of {frames[0].shape}.")
        frames.append(frame)
    target.mkdir(parents=True)
    for name, frame in zip(names, spoil_frames(np.stack(frames), kind, rng)):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(target / name), frame)
