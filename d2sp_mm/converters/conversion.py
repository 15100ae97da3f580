"""What a converter makes of a dataset."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

#: Names of frames in the folder that is written: MMAction2's default, and that of images that come as pixels.
FRAME_NAMES, PIXEL_NAMES = "img_{:05}.jpg", "img_{:05}.png"


@dataclass(frozen=True)
class Clip:
    """One clip of a list.

    Args:
        key: Path in the annotation list, below the data prefix.
        label: Index of its class.
        source: The file, or the folder of frames.
        frames: Image files in their order; None for a video.
        truth: True class and noise, where votes tell them (:class:`d2sp_mm.noise.truth.Truth`).
        pixels: The only frame, shape ``(height, width)``, 8 bit, where the dataset has no image files.
    """

    key: str
    label: int
    source: Path
    frames: tuple[str, ...] | None = None
    truth: tuple[int, str] | None = None
    pixels: np.ndarray | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Conversion:
    """The lists of a dataset, before anything is written.

    Args:
        name: Of the dataset.
        classes: Emotions in the order of the labels.
        lists: Clips by the list's name, such as ``train`` or ``fold1_test``.
        published: Counts by the list's name, where they are published; ``all`` is that of different clips.
        notes: What the user should know, a sentence each.
        differences: Further ways in which the set is not the published one, a sentence each.
    """

    name: str
    classes: tuple[str, ...]
    lists: dict[str, list[Clip]]
    published: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    def count_differences(self) -> list[str]:
        """One sentence for each count that is not the published one."""
        counts = {name: len(listed) for name, listed in self.lists.items()}
        counts["all"] = len({clip.key for listed in self.lists.values() for clip in listed})
        return [
            f"{name}: {counts[name]:,} clips, published are {count:,} ({counts[name] - count:+,})."
            for name, count in self.published.items()
            if counts[name] != count
        ] + self.differences
