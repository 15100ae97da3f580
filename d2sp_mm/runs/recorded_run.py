"""A finished run, read back from its work dir."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.io.saved_state import require_keys, saved_number
from d2sp_mm.ledger import Ledger
from d2sp_mm.ledger.earlier_pass import hold
from d2sp_mm.runs.annotation_part import AnnotationPart
from d2sp_mm.runs.ledger_table import LedgerTable, read_ledger_table
from d2sp_mm.runs.run_files import FOLDER, RunFiles
from d2sp_mm.runs.trace import FILE as TRACE_FILE
from d2sp_mm.runs.trace import Trace, read_trace

_TEXTS = ("digest", "stages")
_NUMBERS = ("version", "next_epoch", "num_classes", "number", "inherited", "observations/passes_before")


@dataclass(frozen=True, eq=False)
class RecordedRun:
    """What a run left behind.

    Args:
        work_dir: Its work dir.
        table: Its ``ledger.csv``, n samples.
        ledger: Its ledger, with observations and decisions.
        max_epochs: Length of its schedule.
        stages: The settings of each stage by its name, with its ``type``.
        parts: The annotation files of its training set; none where it wrote its ledger alone.
        failure_tolerance: Share of the epochs in which a clip might fail to decode and still be kept.
        ended: Whether it trained to its end.
        written: When its ledger had been written (``st_mtime_ns``) as it was read.
    """

    work_dir: Path
    table: LedgerTable
    ledger: Ledger
    max_epochs: int
    stages: Mapping[str, Mapping[str, Any]]
    parts: list[AnnotationPart]
    failure_tolerance: float = 0.0
    ended: bool = True
    written: int = 0

    @property
    def folder(self) -> Path:
        """Where it left its files."""
        return self.work_dir / FOLDER

    @property
    def files(self) -> RunFiles:
        """The files that it wrote, to be written again."""
        settings = {
            "max_epochs": self.max_epochs,
            "stages": self.stages,
            "failure_tolerance": self.failure_tolerance,
        }
        return RunFiles(self.work_dir, self.parts, settings)

    @property
    def trace(self) -> Trace:
        """What every epoch predicted; read anew at each call."""
        return read_trace(self.folder / TRACE_FILE, len(self.table))

    def fresh_ledger(self) -> Ledger:
        """A ledger with the same observations in which nothing was decided but by the passes before."""
        own = self.ledger
        fresh = Ledger(own.keys, own.labels, own.num_classes, own.observations.window, own.draws, own.class_weights)
        fresh.observations.load(own.observations.state())
        fresh.undecodable, fresh.next_epoch, fresh.number = own.undecodable.copy(), own.next_epoch, own.number
        rows = np.arange(len(own.decisions.columns["sample"])) < own.inherited
        fresh.decisions = own.decisions.only(rows)
        hold(fresh, own.inherited)
        return fresh


def find_table(work_dir: str | Path) -> LedgerTable:
    """The table of a run, ``purification/ledger.csv`` in its work dir.

    Raises:
        DataError: It is not there or damaged.
    """
    return read_ledger_table(_there(Path(work_dir) / FOLDER / "ledger.csv"))


def read_recorded_run(work_dir: str | Path) -> RecordedRun:
    """Read what a run left in its work dir.

    Args:
        work_dir: The work dir, which holds ``ledger.csv``, ``ledger.npz`` and ``settings.json`` in ``purification/``.

    Raises:
        DataError: A file is missing or damaged, or they are not of one run.
    """
    folder = Path(work_dir) / FOLDER
    table, saved = find_table(work_dir), _there(folder / "ledger.npz")
    written = saved.stat().st_mtime_ns
    settings = read_settings(_there(folder / "settings.json"))
    parts = [AnnotationPart.from_json(part) for part in settings["annotations"]]
    state = _read_state(saved)
    probs = state.get("observations/probs")
    if not isinstance(probs, np.ndarray) or probs.ndim != 3:
        raise DataError(f"{saved}: holds no observations; the file is damaged.")
    require_keys(state, ["draws", "class_weights", "num_classes"], str(saved))
    classes = saved_number(state, "num_classes")
    ledger = Ledger(table.keys, table.labels, classes, probs.shape[0], state.pop("draws"), state.pop("class_weights"))
    ledger.load(state)
    if not (np.array_equal(ledger.keep, table.keep) and np.array_equal(ledger.corrected_labels, table.corrected_labels)):
        raise DataError(
            f"{folder}: ledger.csv and ledger.npz are of different runs or moments. If the run is writing them just now, "
            "call again; otherwise copy both from the same one."
        )
    ended, tolerance = bool(settings.get("ended")), float(settings["failure_tolerance"])
    return RecordedRun(
        Path(work_dir), table, ledger, settings["max_epochs"], settings["stages"], parts, tolerance, ended, written
    )


def _there(path: Path) -> Path:
    if not path.is_file():
        raise DataError(f"{path}: not there; give the work dir of a run that trained with purification on.")
    return path


def read_settings(path: Path) -> dict[str, Any]:
    """Read ``settings.json`` of a run.

    Raises:
        DataError: It is damaged, or of a version that did not yet name the annotation files.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path}: is no JSON ({error}); it is damaged.") from error
    kinds: dict[str, Any] = {"max_epochs": int, "stages": dict, "annotations": list, "failure_tolerance": (int, float)}
    wrong = [name for name, kind in kinds.items() if not isinstance(found, dict) or not isinstance(found.get(name), kind)]
    if wrong:
        raise DataError(f"{path}: lacks {wrong[0]!r}; it is damaged or of another program.")
    return found


def _read_state(path: Path) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as file:
            state: dict[str, Any] = {name.replace(".", "/"): file[name] for name in file.files}
    except (OSError, ValueError, TypeError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: cannot be read ({error}); it is no ledger, or damaged.") from error
    for name in _TEXTS:
        if name in state:
            state[name] = str(state[name])
    for name in _NUMBERS:
        if name in state and state[name].ndim == 0 and state[name].dtype.kind in "iu":
            state[name] = int(state[name])
    return state
