"""A converted set, and how it was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from d2sp_mm.errors import ConfigError


def _silent(items: Iterable[Any], description: str) -> Iterable[Any]:
    return items


@dataclass(frozen=True)
class Options:
    """The choices, all with a default.

    Args:
        clips: Folder of the clips below the set's root; the usual one of the dataset if None.
        votes: File of the annotators' votes; the usual place of the dataset if None.
        allow_missing: Leave clips out that are missing or empty, and say so, where they would be an error.
        first_label: What the first class is called where a list has numbers, 0 or 1; told from the numbers if None.
        min_agreement: Share of the votes in (0, 1] that the first class must have; with less a clip counts as one that
            nobody could label.
        progress: Shows how far a loop has come.
    """

    clips: str | None = None
    votes: str | None = None
    allow_missing: bool = False
    first_label: int | None = None
    min_agreement: float = 0.5
    progress: Callable[[Iterable[Any], str], Iterable[Any]] = _silent

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.first_label not in (None, 0, 1):
            raise ConfigError(f"first_label={self.first_label!r} must be 0 or 1.")
        if not 0 < self.min_agreement <= 1:
            raise ConfigError(f"min_agreement={self.min_agreement!r} must be a share in (0, 1].")

    def clip_folder(self, root: Path, *usual: str) -> Path:
        """The folder of the clips: the one that was chosen, or the first usual one that is there.

        Raises:
            ConfigError: There is none.
        """
        for name in [self.clips] if self.clips else usual:
            if (root / name).is_dir():
                return root / name
        wanted = self.clips or " or ".join(usual)
        raise ConfigError(f"{root}: no folder {wanted}; name the folder of the clips, as it is below {root}, with --clips.")


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
        truth: True class and noise, where votes tell them (:class:`d2sp_mm.annotations.truth.Truth`).
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
