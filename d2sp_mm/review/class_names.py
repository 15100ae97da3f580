"""The names of the classes."""

from __future__ import annotations

from pathlib import Path

from d2sp_mm.errors import DataError
from d2sp_mm.runs.recorded_run import RecordedRun


def read_class_names(path: Path, num_classes: int) -> list[str]:
    """Read a file that has a name a line, the first for label 0, as MMAction2's ``label_map`` files have.

    Args:
        path: The file, UTF-8.
        num_classes: How many there must be.

    Raises:
        DataError: The file cannot be read, or has another number of names or one twice.
    """
    try:
        names = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error}); expected a class name a line.") from error
    names = [name.strip() for name in names if name.strip()]
    different = len(set(names))
    if len(names) != num_classes or different != num_classes:
        raise DataError(f"{path}: has {len(names)} names, {different} of them different; the run has {num_classes} classes.")
    return names


def find_class_names(run: RecordedRun, given: Path | None = None) -> list[str]:
    """The names of a run's classes.

    Args:
        run: The run.
        given: A file that the user named; without, ``classes.txt`` beside the first annotation is taken if it is there
            and fits, as ours put it there; without that, classes are named by their numbers.

    Raises:
        DataError: The file that the user named does not fit.
    """
    count = run.ledger.num_classes
    if given is not None:
        return read_class_names(given, count)
    beside = Path(run.parts[0].ann_file).parent / "classes.txt" if run.parts else None
    if beside is not None and beside.is_file():
        try:
            return read_class_names(beside, count)
        except DataError:
            pass
    return [str(number) for number in range(count)]
