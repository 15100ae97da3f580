"""The settings of the demo, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from d2sp_mm.demo.paths import option_path
from d2sp_mm.demo.recipes import RECIPES
from d2sp_mm.errors import ConfigError


@dataclass(frozen=True)
class DemoSettings:
    """What one demo run does.

    Args:
        out: Folder of everything that the demo writes.
        num_train: Training clips of the toy set, at least 7.
        num_test: Clean test clips, at least 7.
        low_quality_rate: Share of training clips that are spoiled, in [0, 1].
        mislabel_rate: Share of training clips that get a wrong label, in [0, 1].
        confusion: How labels are confused: a name in :data:`d2sp_mm.toy.plan.CONFUSIONS`.
        epochs: Epochs of each training run, at least 1.
        seed: Seed of the toy set and of every training run, not negative.
        jobs: Training runs at the same time, at least 1.

    Raises:
        ConfigError: A setting lies outside its range. Those of the toy set are checked where it is made.
    """

    out: Path = Path("work_dirs/demo")
    num_train: int = 800
    num_test: int = 600
    low_quality_rate: float = 0.1
    mislabel_rate: float = 0.2
    confusion: str = "ferplus"
    epochs: int = 40
    seed: int = 0
    jobs: int = 2

    def __post_init__(self) -> None:
        for name, low in (("epochs", 1), ("seed", 0), ("jobs", 1)):
            if getattr(self, name) < low:
                raise ConfigError(f"demo: {name} {getattr(self, name)} must be at least {low}")
        option_path(self.out)

    @property
    def data(self) -> Path:
        """Folder of the toy set."""
        return self.out / "data"

    @property
    def work_dirs(self) -> dict[str, Path]:
        """The work dir of each run, by the run's name."""
        return {recipe.name: self.out / recipe.name for recipe in RECIPES}
