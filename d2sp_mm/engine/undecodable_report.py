"""Telling which clips cannot be decoded, and stopping where there are too many."""

from __future__ import annotations

from collections.abc import Mapping

from mmengine.runner import Runner

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Ledger


class UndecodableReport:
    """Reports each clip once, however often its decoding fails.

    Args:
        most: Share of the training set, in [0, 1], that may be undecodable.
    """

    def __init__(self, most: float) -> None:
        self._most = most
        self._reported: set[int] = set()

    def tell(self, runner: Runner, ledger: Ledger, failures: Mapping[int, str]) -> None:
        """Report what failed in an epoch.

        Args:
            runner: The runner, for its log.
            ledger: The ledger, with the epoch written.
            failures: The decoder's words for each sample.

        Raises:
            DataError: If more of the training set than allowed has failed so far.
        """
        for sample in sorted(set(failures) - self._reported):
            runner.logger.warning(f"purification: cannot decode {ledger.keys[sample]!r}: {failures[sample]}")
        self._reported |= set(failures)
        share = float((ledger.undecodable > 0).mean())
        if share > self._most:
            raise DataError(
                f"{share:.1%} of the training clips could not be decoded, more than max_undecodable="
                f"{self._most:.1%}; check data_prefix and the files, or raise the limit."
            )
