"""One training run of a suite."""

from __future__ import annotations

import hashlib
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from d2sp_mm.experiments.protocol.run_record import typed_path
from d2sp_mm.paths import find_home
from d2sp_mm.recipes.passes import FINAL

CONFIG = "config.py"
BEGUN, DONE = "begun", "done"


@dataclass(frozen=True)
class Run:
    """A run of ``tools/train.py``, or a chain of runs of ``tools/purify.py``.

    Args:
        folder: Its folder.
        config: Its config.
        epochs: How many epochs it trains itself, in epochs of the whole set.
        resume: Checkpoint that it resumes from; None: it starts afresh.
        inputs: Files whose content it depends on besides.
        passes: How many passes purify by the hook of ``config``, before ``config`` is trained without it; None: no chain.
    """

    folder: Path
    config: Config
    epochs: float
    resume: Path | None = None
    inputs: tuple[Path, ...] = ()
    passes: int | None = None

    @property
    def work_dir(self) -> Path:
        """Its work dir. A chain writes a config of its own there, which must not replace the one that it is called with."""
        return self.folder if self.passes is None else self.folder / "passes"

    @property
    def tested(self) -> Path:
        """The work dir of what is tested: of a chain its final run."""
        return self.work_dir if self.passes is None else self.work_dir / FINAL

    def prepare(self) -> None:
        """Write the config, and remove what another start has left; a chain of the same settings goes on where it was."""
        begun = self.folder / BEGUN
        if self.passes is None:
            old = [self.folder / "purification", *(path.parent for path in self.folder.glob("*/vis_data"))]
        else:
            goes_on = begun.is_file() and begun.read_text() == self.fingerprint
            old = [] if goes_on else [self.work_dir]
        for folder in old:
            shutil.rmtree(folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config.dump(str(self.folder / CONFIG))
        begun.write_text(self.fingerprint)

    @property
    def command(self) -> list[str]:
        """The command that trains it."""
        tool, config = "train.py" if self.passes is None else "purify.py", str(self.folder / CONFIG)
        command = [sys.executable, str(find_home() / "tools" / tool), config, "--work-dir", str(self.work_dir)]
        if self.passes is not None:
            # The hook of the same config is the recipe.
            command += ["--purify", config, "--passes", str(self.passes)]
        return command if self.resume is None else [*command, "--resume", str(self.resume)]

    @property
    def shown_command(self) -> str:
        """The command as a person would type it in the project's folder."""
        words = ["python", f"tools/{Path(self.command[1]).name}", *self.command[2:]]
        return shlex.join(typed_path(Path(word)) if Path(word).is_absolute() else word for word in words)

    @property
    def fingerprint(self) -> str:
        """Tells this run from one of other settings."""
        found = hashlib.blake2b(f"{self.config.to_dict()!r}\n{self.resume}\n{self.passes}\n".encode(), digest_size=8)
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
