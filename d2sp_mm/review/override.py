"""Putting a person's overrides into a finished or broken-off run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Override
from d2sp_mm.ledger.override import apply_overrides, overrides_of
from d2sp_mm.review.status import Change, difference
from d2sp_mm.runs.annotation_part import purified_bytes
from d2sp_mm.runs.override_file import FILE, merged, read_overrides, write_overrides
from d2sp_mm.runs.recorded_run import RecordedRun
from d2sp_mm.runs.run_files import ledger_table


def standing_overrides(run: RecordedRun) -> dict[int, Override]:
    """What holds for a run: its ``overrides.csv``, or what its ledger has where that file is not there.

    A run that is training has written its ledger before it saw the newest of the file.
    """
    path = run.folder / FILE
    return merged({}, read_overrides(path, run.ledger)) if path.is_file() else overrides_of(run.ledger)


@dataclass(frozen=True)
class Overridden:
    """What came of it.

    Args:
        changes: The samples that are treated differently now.
        overrides: How many overrides stand.
        written: The files that changed.
        undecodable_kept: Keys of kept clips that some epoch could not decode.
    """

    changes: list[Change]
    overrides: int
    written: list[Path]
    undecodable_kept: list[str]


def override(run: RecordedRun, overrides: Mapping[int, Override]) -> Overridden:
    """Let overrides hold in a run's files: ledger, decisions, histogram, purified annotation, and ``overrides.csv``.

    A run that goes on, or is resumed, takes them from ``overrides.csv``.

    Args:
        run: The run; its ledger changes.
        overrides: All overrides that shall hold, by the number of the sample; what a person decided before and is not among
            them holds no longer.

    Raises:
        DataError: The overrides would leave a class without any sample, an annotation is not there any more, or the run has
            written its files since they were read (``overrides.csv`` is written then, nothing else).
        WriteError: A file cannot be written.

    Source:
        Our own.
    """
    apply_overrides(run.ledger, overrides)
    # What cannot be written is refused before anything is.
    ledger = run.ledger
    for number in range(len(run.parts)):
        if not run.files.is_empty(ledger, number):
            purified_bytes(run.parts, number, ledger.keys, ledger.keep, ledger.labels, ledger.corrected_labels)
    # First what the run itself reads, so that a call that was broken off is not half forgotten.
    write_overrides(run.folder / FILE, run.ledger, overrides)
    if (run.folder / "ledger.npz").stat().st_mtime_ns != run.written:
        raise DataError(
            f"{run.folder}: the run has written its files since they were read. {FILE} has the overrides, and the run takes "
            "them over; call again if it has ended."
        )
    run.files.write(ledger, run.ended)
    names = (FILE, "ledger.csv", "decisions.csv", "class_histogram.csv", "ledger.npz")
    written = [*(run.folder / name for name in names), *filter(Path.is_file, run.files.purified)]
    broken = [ledger.keys[sample] for sample in np.flatnonzero((ledger.undecodable > 0) & ledger.keep)]
    return Overridden(difference(run.table, ledger_table(run.ledger)), len(overrides), written, broken)
