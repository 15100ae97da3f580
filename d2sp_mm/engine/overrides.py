"""What a person decided, as far as a run knows it."""

from __future__ import annotations

from pathlib import Path

from mmengine.runner import Runner

from d2sp_mm.engine.ranks import from_main
from d2sp_mm.errors import D2SPError, DataError
from d2sp_mm.ledger import Ledger, Override
from d2sp_mm.ledger.override import apply_overrides, overrides_of
from d2sp_mm.runs.override_file import FILE, merged, read_overrides, write_overrides
from d2sp_mm.runs.run_files import FOLDER

_Found = dict[int, Override]


class OverrideFile:
    """The overrides that hold for a run.

    The file ``overrides.csv`` in the run's folder says what holds; ``tools/ledger.py`` writes it, also while the run goes
    on. The main process reads it and tells the others, so that all hold the same.

    Args:
        given: A file that the config names, which a run begins with; None: none.
    """

    def __init__(self, given: str | None) -> None:
        self.given = given
        #: The overrides by the number of the sample.
        self.found: _Found = {}
        self._stamp: tuple[int, int] | None = None

    def begin(self, runner: Runner, ledger: Ledger) -> None:
        """Take them over before training starts; a resumed run's ledger must have been loaded.

        A run that starts afresh has those of the config's file, and in their place those of ``overrides.csv`` if an earlier
        run left one in the work dir. A resumed one has those of ``overrides.csv`` alone, or of its checkpoint where the file
        is not there (a resume into another work dir), or of the config's file where neither has any.

        Args:
            runner: The runner.
            ledger: The run's ledger; changes.

        Raises:
            DataError: A file cannot be read or does not fit the training set, on every rank.
        """
        found = from_main(lambda: self._first(runner, ledger))
        apply_overrides(ledger, found)
        self.found = found
        if found:
            kept = [sample for sample, override in found.items() if override.keep]
            moved = sum(found[sample].label != ledger.labels[sample] for sample in kept)
            counts = f"{len(found) - len(kept)} prune, {moved} relabel, {len(kept) - moved} keep as given"
            runner.logger.info(f"purification: {len(found)} overrides of a person hold ({counts}): {_file(runner)}")

    def refresh(self, runner: Runner, ledger: Ledger) -> bool:
        """Take over what was written since, between two epochs. What cannot be read or carried out is said, and waits.

        Args:
            runner: The runner.
            ledger: The run's ledger; may change.

        Returns:
            Whether anything changed.
        """
        try:
            newer = from_main(lambda: self._changed(runner, ledger))
            if newer is None:
                return False
            apply_overrides(ledger, newer)
        except D2SPError as error:
            runner.logger.warning(f"purification: the overrides are left as they were: {error}")
            return False
        runner.logger.info(f"purification: {len(newer)} overrides hold from now on, {len(self.found)} did before")
        self.found = newer
        return True

    def _first(self, runner: Runner, ledger: Ledger) -> _Found:
        own = _file(runner)
        # A person's decisions on an earlier pass hold.
        found = merged(overrides_of(ledger), {} if self.given is None else read_overrides(self.given, ledger))
        if runner.iter > 0:
            found = overrides_of(ledger) or found
        if own.is_file():
            newer = _read_own(own, ledger)
            if runner.iter > 0:
                found = newer
            else:
                found = {**found, **newer}
                runner.logger.warning(f"purification: {own}, of an earlier run here, holds; move it away if it shall not.")
        if found or own.is_file():
            write_overrides(own, ledger, found)
            self._stamp = _stamp(own)
        return found

    def _changed(self, runner: Runner, ledger: Ledger) -> _Found | None:
        own = _file(runner)
        stamp = _stamp(own)
        if stamp is None or stamp == self._stamp:
            return None
        self._stamp = stamp
        newer = _read_own(own, ledger)
        return None if newer == self.found else newer


def _read_own(own: Path, ledger: Ledger) -> _Found:
    try:
        return merged({}, read_overrides(own, ledger))
    except DataError as error:
        raise DataError(f"{error} If that file is of another run, move it away.") from error


def _file(runner: Runner) -> Path:
    return Path(runner.work_dir) / FOLDER / FILE


def _stamp(path: Path) -> tuple[int, int] | None:
    if not path.is_file():
        return None
    found = path.stat()
    return found.st_mtime_ns, found.st_size
