"""Putting a person's verdicts into a finished or broken-off run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Verdict
from d2sp_mm.ledger.override import judge, verdicts_of
from d2sp_mm.review.status import Change, difference
from d2sp_mm.runs.annotation_part import purified_bytes
from d2sp_mm.runs.override_file import FILE, merged, read_verdicts, write_verdicts
from d2sp_mm.runs.recorded_run import RecordedRun
from d2sp_mm.runs.run_files import ledger_table


def standing_verdicts(run: RecordedRun) -> dict[int, Verdict]:
    """What holds for a run: its ``verdicts.csv``, or what its ledger has where that file is not there.

    A run that is training has written its ledger before it saw the newest of the file.
    """
    path = run.folder / FILE
    return merged({}, read_verdicts(path, run.ledger)) if path.is_file() else verdicts_of(run.ledger)


@dataclass(frozen=True)
class Overruled:
    """What came of it.

    Args:
        changes: The samples that are treated differently now.
        verdicts: How many verdicts stand.
        written: The files that changed.
        undecodable_kept: Keys of kept clips that some epoch could not decode.
    """

    changes: list[Change]
    verdicts: int
    written: list[Path]
    undecodable_kept: list[str]


def overrule(run: RecordedRun, verdicts: Mapping[int, Verdict]) -> Overruled:
    """Let verdicts hold in a run's files: ledger, decisions, histogram, purified annotation, and ``verdicts.csv``.

    A run that goes on, or is resumed, takes them from ``verdicts.csv``.

    Args:
        run: The run; its ledger changes.
        verdicts: All verdicts that shall hold, by the number of the sample; what a person decided before and is not among
            them holds no longer.

    Raises:
        DataError: The verdicts would leave a class without any sample, an annotation is not there any more, or the run has
            written its files since they were read (``verdicts.csv`` is written then, nothing else).
        WriteError: A file cannot be written.

    Source:
        Our own.
    """
    judge(run.ledger, verdicts)
    # What cannot be written is refused before anything is.
    ledger = run.ledger
    for number in range(len(run.parts)):
        if not run.files.is_empty(ledger, number):
            purified_bytes(run.parts, number, ledger.keys, ledger.keep, ledger.labels, ledger.corrected_labels)
    # First what the run itself reads, so that a call that was broken off is not half forgotten.
    write_verdicts(run.folder / FILE, run.ledger, verdicts)
    if (run.folder / "ledger.npz").stat().st_mtime_ns != run.written:
        raise DataError(
            f"{run.folder}: the run has written its files since they were read. {FILE} has the verdicts, and the run takes "
            "them over; call again if it has ended."
        )
    run.files.write(ledger, run.ended)
    names = (FILE, "ledger.csv", "decisions.csv", "class_histogram.csv", "ledger.npz")
    written = [*(run.folder / name for name in names), *filter(Path.is_file, run.files.purified)]
    broken = [ledger.keys[sample] for sample in np.flatnonzero((ledger.undecodable > 0) & ledger.keep)]
    return Overruled(difference(run.table, ledger_table(run.ledger)), len(verdicts), written, broken)
