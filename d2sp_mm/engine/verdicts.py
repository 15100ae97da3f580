"""Taking over what a person decided."""

from __future__ import annotations

from pathlib import Path

from mmengine import dist
from mmengine.runner import Runner

from d2sp_mm.engine.outputs import FOLDER
from d2sp_mm.ledger import Ledger, Verdict
from d2sp_mm.ledger.verdict_file import FILE, read_verdicts, write_verdicts


def find_verdicts(runner: Runner, ledger: Ledger, given: str | None) -> dict[int, Verdict]:
    """The verdicts that hold for a run: those of its work dir, and those of a file that its config names.

    Where both have one on the same sample, that of the work dir holds, because ``tools/ledger.py`` writes there. The main
    process writes both into the work dir, so that the tools see what the run saw.

    Args:
        runner: The runner.
        ledger: The run's ledger.
        given: The file of the config, or None.

    Returns:
        The verdicts by the number of the sample.

    Raises:
        DataError: A file cannot be read or does not fit the training set.
    """
    own = Path(runner.work_dir) / FOLDER / FILE
    verdicts = {} if given is None else read_verdicts(given, ledger)
    if own.is_file():
        verdicts.update(read_verdicts(own, ledger))
    if given is not None and dist.is_main_process():
        write_verdicts(own, ledger, verdicts)
    if verdicts:
        kept = [sample for sample, verdict in verdicts.items() if verdict.keep]
        relabelled = sum(verdicts[sample].label != ledger.labels[sample] for sample in kept)
        runner.logger.info(
            f"purification: {len(verdicts)} verdicts of a person stand ({len(verdicts) - len(kept)} prune, {relabelled} "
            f"relabel, {len(kept) - relabelled} keep as given): {own}"
        )
    return verdicts
