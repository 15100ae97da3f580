"""The results of trials, one line each."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.benchmark.run import Run
from d2sp_mm.experiments.benchmark.trial import NoisySplit, Trial
from d2sp_mm.experiments.protocol.scored import mean_of_last
from d2sp_mm.runs.ledger_table import LedgerTable


@dataclass(frozen=True)
class Trained:
    """A model whose figures count.

    Args:
        run: The run that was tested.
        epochs: Epochs trained for it in all, those of auxiliary runs and those shared with the plain run included.
    """

    run: Run
    epochs: float

    def figures(self) -> dict[str, Any]:
        """What the results file holds of it.

        Returns:
            ``top1`` and ``uar``, in [0, 1], each the mean over the epochs that were tested; ``epochs``; ``command``, as a
            person would type it.

        Raises:
            DataError: The run has left no accuracy of one of them.
        """
        found = mean_of_last(self.run.tested, int(self.run.config.train_cfg.max_epochs))
        return {
            "top1": found.war,
            "uar": found.uar,
            "epochs": round(self.epochs, 3),
            "command": self.run.shown_command,
        }


@dataclass(frozen=True)
class TrialResult:
    """What a finished trial has produced.

    Args:
        table: What was decided of every sample; None for a method that knows the truth.
        in_run: The model that was trained while the method decided; None where it decides before.
        scratch: The model that was trained from scratch on what the method left; None where it leaves all as it is.
    """

    table: LedgerTable | None
    in_run: Trained | None = None
    scratch: Trained | None = None


_REQUIRED = ("data_set", "noise", "seed", "method", "max_epochs", "in_run", "scratch", "evaluation")


class Results:
    """Results by trial, kept in a file of JSON lines.

    A line holds the names of the trial; ``in_run`` and ``scratch``, each null or what :meth:`Trained.figures` gives;
    ``max_epochs`` of the schedule; ``evaluation`` as :func:`d2sp_mm.experiments.evaluation.evaluate_purification` gives it,
    or null; ``digest`` of the settings. Of two lines of a trial the later counts.

    Args:
        path: The file; it need not be there yet.

    Raises:
        DataError: A line is no such result. An incomplete last line is left out.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows: dict[Trial, dict[str, Any]] = {}
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.is_file() else []
        for number, line in enumerate(lines, start=1):
            if line.endswith("\n"):
                row = self._parse(line, number)
                self._rows[_trial_of(row)] = row
        if lines and not lines[-1].endswith("\n"):
            # The next line would be appended to the incomplete one.
            path.write_text("".join(lines[:-1]), encoding="utf-8")

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, trial: Trial) -> bool:
        return trial in self._rows

    def __getitem__(self, trial: Trial) -> dict[str, Any]:
        return self._rows[trial]

    def add(self, trial: Trial, figures: Mapping[str, Any]) -> None:
        """Add a trial's result; the line is on the disk when this returns."""
        row = {
            "data_set": trial.noisy_split.data_set,
            "noise": trial.noisy_split.noise,
            "seed": trial.noisy_split.seed,
            "method": trial.method,
            **figures,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row, allow_nan=False) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        self._rows[trial] = row

    def _parse(self, line: str, number: int) -> dict[str, Any]:
        try:
            row = json.loads(line)
        except ValueError as error:
            raise DataError(f"{self.path}, line {number}: is no JSON ({error}); remove the line.") from error
        missing = [key for key in _REQUIRED if not isinstance(row, dict) or key not in row]
        if missing:
            raise DataError(f"{self.path}, line {number}: has no {missing[0]!r}; remove the line, and run the suite again.")
        return dict(row)


def _trial_of(row: Mapping[str, Any]) -> Trial:
    return Trial(NoisySplit(row["data_set"], row["noise"], int(row["seed"])), row["method"])
