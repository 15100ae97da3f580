"""One training run of a suite."""

from __future__ import annotations

import hashlib
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from mmengine.config import Config

from d2sp_mm.experiments.protocol.run_record import typed_path
from d2sp_mm.paths import find_home
from d2sp_mm.runs.scalars import read_scalars


def iteration_seconds(work_dir: Path, start: float = 0.0) -> float | None:
    """Median of MMEngine's logged seconds an iteration, waiting for data included.

    Args:
        work_dir: Of the run.
        start: Epochs that are left out at the beginning, so that two runs are compared over the same ones.

    Returns:
        Seconds; None where nothing was logged.
    """
    times = [entry["time"] for entry in read_scalars(work_dir) if "loss" in entry and entry["epoch"] > start]
    return median(times) if times else None


CONFIG = "config.py"
DONE = "done"


@dataclass(frozen=True)
class Run:
    """A run of ``tools/train.py``.

    Args:
        folder: Its work dir.
        config: Its config.
        epochs: How many epochs it trains itself, in epochs of the whole set.
        start: Epochs, of the same kind, that it takes over from the plain run.
        resume: Checkpoint that it resumes from; None: it starts afresh.
        inputs: Files whose content it depends on besides.
    """

    folder: Path
    config: Config
    epochs: float
    start: float = 0.0
    resume: Path | None = None
    inputs: tuple[Path, ...] = ()

    def write_config(self) -> Path:
        """Write the config into the work dir."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / CONFIG
        self.config.dump(str(path))
        return path

    @property
    def command(self) -> list[str]:
        """The command that trains it."""
        train = [sys.executable, str(find_home() / "tools" / "train.py"), str(self.folder / CONFIG)]
        command = [*train, "--work-dir", str(self.folder)]
        return command if self.resume is None else [*command, "--resume", str(self.resume)]

    @property
    def shown_command(self) -> str:
        """The command as a person would type it in the project's folder."""
        words = ["python", "tools/train.py", *self.command[2:]]
        return shlex.join(typed_path(Path(word)) if Path(word).is_absolute() else word for word in words)

    @property
    def fingerprint(self) -> str:
        """Tells this run from one of other settings."""
        found = hashlib.blake2b(f"{self.config.to_dict()!r}\n{self.resume}\n".encode(), digest_size=8)
        for path in self.inputs:
            found.update(hashlib.blake2b(path.read_bytes()).digest())
        return found.hexdigest()

    @property
    def is_done(self) -> bool:
        """Whether it was trained to its end, with these settings."""
        mark = self.folder / DONE
        return mark.is_file() and mark.read_text() == self.fingerprint

    def finish(self) -> None:
        """Mark it as trained."""
        (self.folder / DONE).write_text(self.fingerprint)
