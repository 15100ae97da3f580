"""One training run as a process of its own."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from d2sp_mm.errors import D2SPError
from d2sp_mm.experiments.protocol.run_folders import run_folders, trained_epochs
from d2sp_mm.runs.scalars import read_scalars

LOG = "console.log"
_TAIL_LINES = 15
_SECONDS_TO_STOP = 10


class TrainingError(D2SPError):
    """A training run ended with an error."""


class TrainingProcess:
    """A run that writes all it says, and all that the decoder says, to ``console.log`` in its work dir.

    Args:
        name: The run's name.
        command: Program and arguments.
        work_dir: The run's work dir.
    """

    def __init__(self, name: str, command: Sequence[str], work_dir: Path) -> None:
        self.name = name
        self.work_dir = work_dir
        self.log = work_dir / LOG
        #: Wall time in seconds, once the run has ended.
        self.seconds = 0.0
        work_dir.mkdir(parents=True, exist_ok=True)
        self._stream: IO[bytes] = self.log.open("wb")
        self._begin = time.monotonic()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._stream,
            stderr=subprocess.STDOUT,
            # More threads than cores make each run slower, not faster.
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def is_finished(self) -> bool:
        """Whether the run has ended well.

        Raises:
            TrainingError: It ended with an error; the message has the end of its log.
        """
        code = self._process.poll()
        if code is None:
            return False
        self.seconds = time.monotonic() - self._begin
        self._stream.close()
        if code != 0:
            raise TrainingError(f"the run {self.name!r} ended with code {code}; end of its log {self.log}:\n{self._tail()}")
        return True

    def progress(self) -> tuple[int, float | None]:
        """The epoch that the run is in, counted from 1 over all passes (0: not begun), and the latest loss."""
        train = [entry for entry in read_scalars(run_folders(self.work_dir)[-1]) if "loss" in entry]
        return (trained_epochs(self.work_dir), float(train[-1]["loss"])) if train else (0, None)

    def stop(self) -> None:
        """End the run if it still goes on."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._stream.close()

    def _tail(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-_TAIL_LINES:])
