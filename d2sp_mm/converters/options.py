"""What a user may choose of a conversion."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
