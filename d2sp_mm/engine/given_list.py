"""The training set as it was given: found in its files before training, and held against what comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mmengine.runner import Runner

from d2sp_mm.datasets.indexed_dataset import PIPELINE_LABEL, SAMPLE_INDEX
from d2sp_mm.datasets.training_list import TrainingList, check_purified_lists, read_training_list
from d2sp_mm.engine.ranks import from_main
from d2sp_mm.engine.training_parts import TrainingParts
from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.ledger import Ledger
from d2sp_mm.runs.run_files import FOLDER, RunFiles


def given_list(runner: Runner, parts: TrainingParts, write_annotation: bool) -> TrainingList:
    """Keys and given labels of the training set, the same on every rank.

    Args:
        runner: The runner.
        parts: The parts of the run.
        write_annotation: Whether the purified annotation shall be written: it is, as a trial.

    Raises:
        DataError: It cannot be written, on every rank.
    """
    trial = Path(runner.work_dir) / FOLDER if write_annotation else None
    found = from_main(lambda: read_training_list(parts.dataset.map, parts.num_classes, trial))
    if not write_annotation:
        return TrainingList(found.keys, found.labels, [])
    if found.problem:
        raise DataError(found.problem)
    for note in found.notes:
        runner.logger.warning(f"purification: {note}")
    return found


def check_batch_labels(ledger: Ledger, data_batch: dict[str, Any]) -> None:
    """Refuse a pipeline that makes another label of a sample than its dataset has.

    Args:
        ledger: The ledger, with the labels of the dataset.
        data_batch: A batch before any label of it was corrected.

    Raises:
        ConfigError: With the first such sample.
    """
    for data_sample in data_batch["data_samples"]:
        sample, label = data_sample.metainfo[SAMPLE_INDEX], data_sample.metainfo[PIPELINE_LABEL]
        if label != ledger.labels[sample]:
            raise ConfigError(
                f"train_dataloader.dataset.pipeline makes label {label} of {ledger.keys[sample]!r}, which its dataset "
                f"gives label {ledger.labels[sample]}: what is decided would not be written as it is trained. Give the "
                "label in the annotation file."
            )


def check_end(runner: Runner, parts: TrainingParts, files: RunFiles, ledger: Ledger) -> None:
    """Read the purified annotation as training would, and hold it against the ledger; collective.

    Args:
        runner: The runner, for its log.
        parts: The parts of the run.
        files: What was written.
        ledger: The ledger.

    Raises:
        DataError: Other samples or labels come of it, on every rank. The files are removed then: they are wrong.
    """

    def check() -> None:
        try:
            check_purified_lists(parts.dataset.map, files.purified, ledger.keep, ledger.corrected_labels)
        except DataError as error:
            for path in files.purified:
                path.unlink(missing_ok=True)
            raise DataError(
                f"{error} The purified annotation was removed; {files.folder / 'ledger.csv'} has what was decided."
            ) from error

    from_main(check)
    for number, part in enumerate(files.parts):
        if files.is_empty(ledger, number):
            runner.logger.warning(
                f"purification: nothing is left of {part.ann_file}, so there is no purified annotation of it; leave "
                "that part out of the ConcatDataset when you train on the others."
            )
