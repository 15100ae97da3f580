"""Whether a purified list can be written, and read again."""

from __future__ import annotations

from mmengine.config import Config

from d2sp_mm.datasets.sample_map import SampleMap
from d2sp_mm.datasets.training_list import read_training_list
from d2sp_mm.doctor.finding import Finding


def check_given_list(config: Config, samples: SampleMap) -> list[Finding]:
    """Write a purified list as a trial, and read it with the training set's own datasets.

    Args:
        config: A purified config.
        samples: Its training set.
    """
    if not config.default_hooks.purification.get("write_annotation", True):
        return [Finding("ok", "write_annotation=False: no purified annotation will be written, the ledger alone")]
    found = read_training_list(samples, int(config.model.cls_head.num_classes), trial="")
    if found.problem:
        return [Finding("fail", found.problem)]
    notes = [Finding("warn", f"train: {note}") for note in found.notes if "BOM" not in note]
    return [*notes, Finding("ok", "train: a purified annotation was written as a trial, and read as it should be")]
