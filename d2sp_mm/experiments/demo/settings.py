"""What a demo was asked for, and where it puts what it makes."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.protocol.run_record import typed_path

#: MMEngine's ``--cfg-options`` drops blanks and quotes, and takes the others for lists and tuples.
_SPECIAL = set(" ,()[]'\"")


def option_path(path: Path) -> str:
    """Return a path as the value of one of ``--cfg-options``.

    Args:
        path: Any path.

    Returns:
        The same as :func:`typed_path`.

    Raises:
        ConfigError: It holds a character that ``--cfg-options`` cannot carry.
    """
    typed = typed_path(path)
    found = sorted(_SPECIAL & set(typed))
    if found:
        raise ConfigError(
            f"demo: the path {typed!r} holds {' '.join(map(repr, found))}, which MMEngine's --cfg-options cannot carry; "
            "name another folder by out"
        )
    return typed


@dataclass(frozen=True)
class DemoSettings:
    """What one demo run does.

    Args:
        out: Folder of everything that the demo writes.
        num_train: Training clips of the toy set, at least 7.
        num_test: Clean test clips, at least 7.
        low_quality_rate: Share of training clips that are corrupted, in [0, 1].
        mislabel_rate: Share of training clips that get a wrong label, in [0, 1].
        confusion: How labels are confused: a name in :data:`d2sp_mm.experiments.toy.plan.CONFUSIONS`.
        epochs: Epochs of each training run, at least 1.
        seed: Seed of the toy set and of every training run, not negative.
        jobs: Training runs at the same time, at least 1.

    Raises:
        ConfigError: A setting lies outside its range. Those of the toy set are checked where it is made.
    """

    out: Path = Path("work_dirs/demo")
    num_train: int = 800
    num_test: int = 2000
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
    def frames(self) -> Path:
        """Folder of the clips' frames, which are decoded once; it is there while the runs train."""
        return self.out / "frames"

    @property
    def work_dirs(self) -> dict[str, Path]:
        """The work dir of each run, by the run's name."""
        return {recipe.name: self.out / recipe.name for recipe in RECIPES}


MARKER = "demo.json"
PICTURES = ("lowest_scored.png", "corrected.png", "curves.png")
FIGURES = ("summary.json", "summary.md", "seeds.json", "seeds.md")
_SEED_FOLDER = re.compile(r"seed\d+")
#: Checkpoints and logs of the runs, on the safe side; the toy set checks for its own space.
_BYTES_OF_RUNS = 400e6
#: Frames of one clip, as the toy set draws them.
_BYTES_A_CLIP = 16 * 64 * 64 * 3


def prepare_out_folder(settings: DemoSettings) -> None:
    """Claim the folder, and remove what an earlier demo left there, but for the toy set.

    The toy set is left to its maker, which keeps a finished one of the same settings.

    Args:
        settings: The demo's settings.

    Raises:
        ConfigError: The folder is a file, or holds something that no demo wrote.
        DataError: The disk is too full.
    """
    out = settings.out
    if out.exists() and not out.is_dir():
        raise ConfigError(f"demo: out {out} is a file; name a folder")
    out.mkdir(parents=True, exist_ok=True)
    if not (out / MARKER).is_file() and any(out.iterdir()):
        raise ConfigError(f"demo: out {out} holds other files and no demo; name an empty folder or a new one")
    free = shutil.disk_usage(out).free
    needed = _BYTES_OF_RUNS + _BYTES_A_CLIP * (settings.num_train + settings.num_test)
    if free < needed:
        raise DataError(
            f"demo: the runs need about {needed / 1e6:.0f} MB, but out {out} has {free / 1e6:.0f} MB free; "
            "delete something, or name a folder on another disk"
        )
    content = {name: str(value) if isinstance(value, Path) else value for name, value in asdict(settings).items()}
    (out / MARKER).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    own = [settings.frames, *settings.work_dirs.values(), *(out / name for name in (*PICTURES, *FIGURES))]
    own += [path for path in out.iterdir() if _SEED_FOLDER.fullmatch(path.name) and (path / MARKER).is_file()]
    for path in own:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Recipe:
    """One training run.

    Args:
        name: Its name in tables and files.
        config: Its config, below the folder ``configs``.
        ann_file: Its training list, below the toy set's folder.
        purify: The recipe by which ``tools/purify.py`` purifies the list before it is trained on; empty: nothing does.
    """

    name: str
    config: str
    ann_file: str
    purify: str = ""


#: The recipe of the passes.
PASSES = "d2sp-passes"

_CONFIG = "d2sp/r3d/r3d_r18-slim_{}_toy-dfer.py"

RECIPES = (
    # Not MMAction2's bare VideoDataset: that one ends the run at the first truncated file. `none` only observes.
    Recipe("plain", _CONFIG.format("none"), "train.txt"),
    Recipe("random", _CONFIG.format("random-prune"), "train.txt"),
    Recipe("d2sp", _CONFIG.format("d2sp"), "train.txt"),
    Recipe("passes", _CONFIG.format("none"), "train.txt", PASSES),
    Recipe("oracle", _CONFIG.format("none"), "train_oracle.txt"),
)
