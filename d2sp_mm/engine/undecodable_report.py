"""Telling which clips cannot be decoded, and stopping where there are too many."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from mmengine.runner import Runner

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Ledger

#: Clips that the line at the end names.
_SHOWN = 20


def report_undecodable(runner: Runner, ledger: Ledger, failures: Mapping[int, str], most: float) -> None:
    """Report what failed in an epoch, each clip once in a run however often its decoding fails.

    Args:
        runner: The runner, for its log.
        ledger: The ledger, with the epoch written: it knows which have failed before, in a run that was resumed as well.
        failures: The decoder's words for each sample.
        most: Share of the training set, in [0, 1], that may be undecodable.

    Raises:
        DataError: If more of the training set than allowed has failed so far.

    Source:
        Our own.
    """
    for sample in sorted(failures):
        if ledger.undecodable[sample] == 1:
            runner.logger.warning(f"purification: cannot decode {ledger.keys[sample]!r}: {failures[sample]}")
    share = float((ledger.undecodable > 0).mean())
    if share > most:
        raise DataError(
            f"{share:.1%} of the training clips could not be decoded, more than max_undecodable={most:.1%}; check "
            "data_prefix and the files, or raise the limit."
        )


def report_at_end(runner: Runner, ledger: Ledger) -> None:
    """Name the clips that failed in all or in some epochs, and say which of them the purified annotation has.

    Args:
        runner: The runner, for its log.
        ledger: The ledger at the end of the run.
    """
    failed = np.flatnonzero(ledger.undecodable)
    for which, then in (
        (failed[~ledger.keep[failed]], "they are pruned"),
        (failed[ledger.keep[failed]], "they are kept, and plain MMAction2 may stop at them"),
    ):
        if len(which):
            named = ", ".join(f"{ledger.keys[s]!r} ({ledger.undecodable[s]})" for s in which[:_SHOWN])
            more = f" and {len(which) - _SHOWN} more" if len(which) > _SHOWN else ""
            runner.logger.warning(
                f"purification: {len(which)} clips failed to decode, in some epochs or in all that asked for them; "
                f"{then}. With the number of epochs: {named}{more}"
            )
