"""The demo's folder: claimed once, and emptied of what an earlier demo wrote."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict
from pathlib import Path

from d2sp_mm.demo.recipes import RECIPES
from d2sp_mm.demo.settings import DemoSettings
from d2sp_mm.errors import ConfigError, DataError

MARKER = "demo.json"
PICTURES = ("lowest_scored.png", "corrected.png", "curves.png")
FIGURES = ("summary.json", "summary.md", "seeds.json", "seeds.md")
_SEED_FOLDER = re.compile(r"seed\d+")
#: Checkpoints and logs of four runs, on the safe side; the toy set checks its own room.
_BYTES_NEEDED = 300e6


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
    if free < _BYTES_NEEDED:
        raise DataError(
            f"demo: the runs need about {_BYTES_NEEDED / 1e6:.0f} MB, but out {out} has {free / 1e6:.0f} MB free; make "
            "room, or name a folder on another disk"
        )
    content = {name: str(value) if isinstance(value, Path) else value for name, value in asdict(settings).items()}
    (out / MARKER).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    own = [out / name for name in (*(recipe.name for recipe in RECIPES), *PICTURES, *FIGURES)]
    own += [path for path in out.iterdir() if _SEED_FOLDER.fullmatch(path.name) and (path / MARKER).is_file()]
    for path in own:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
