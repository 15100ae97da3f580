"""What a run has scored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from d2sp_mm.errors import DataError
from d2sp_mm.runs.scalars import read_scalars

#: Names of AccMetric's accuracy (WAR) and mean class recall (UAR) in MMEngine's logs.
WAR, UAR = "acc/top1", "acc/mean1"


@dataclass(frozen=True)
class EpochAccuracy:
    """What one epoch scored on the test set.

    Args:
        epoch: Counted from 1, as in MMEngine's logs.
        war: Accuracy (the field's weighted average recall), in [0, 1].
        uar: Mean of the classes' recalls (unweighted average recall), in [0, 1].
    """

    epoch: int
    war: float
    uar: float


def read_accuracy(work_dir: Path) -> dict[int, EpochAccuracy]:
    """What the epochs of a run, resumed or not, have scored.

    Args:
        work_dir: Of a run whose evaluator is ``AccMetric`` with ``top_k_accuracy`` and ``mean_class_accuracy``.

    Returns:
        The accuracy by epoch; where one was evaluated twice, the later.
    """
    return {
        int(entry["step"]): EpochAccuracy(int(entry["step"]), float(entry[WAR]), float(entry[UAR]))
        for entry in read_scalars(work_dir, every_start=True)
        if {WAR, UAR, "step"} <= entry.keys()
    }


def last_and_best(work_dir: Path, epochs: int) -> tuple[EpochAccuracy, EpochAccuracy]:
    """The last epoch's accuracy, and the best one's by WAR.

    The best is chosen on the test set, and so too good.

    Args:
        work_dir: See :func:`read_accuracy`.
        epochs: Epochs of the run.

    Raises:
        DataError: The last epoch was not evaluated, or not by these figures.
    """
    found = read_accuracy(work_dir)
    if not found:
        raise DataError(
            f"{work_dir}: no epoch has WAR and UAR ({WAR}, {UAR}); the config needs val_evaluator="
            "dict(type='AccMetric', metric_list=('top_k_accuracy', 'mean_class_accuracy'))."
        )
    if epochs not in found:
        raise DataError(
            f"{work_dir}: the last epoch, {epochs}, was not evaluated, the last that was is {max(found)}; set "
            "train_cfg.val_interval so that it is."
        )
    return found[epochs], max(found.values(), key=lambda accuracy: (accuracy.war, accuracy.epoch))


#: How many epochs, the last of a schedule, benchmark and demo test.
TESTED = 3


def tested_epochs(max_epochs: int) -> range:
    """The last epochs of a schedule of ``max_epochs``, counted from 1; all if there are fewer than :data:`TESTED`."""
    return range(max(max_epochs - TESTED, 0) + 1, max_epochs + 1)


def mean_of_last(work_dir: Path, epochs: int) -> EpochAccuracy:
    """The mean accuracy of the last epochs: that of one epoch alone is a matter of chance.

    Args:
        work_dir: See :func:`read_accuracy`.
        epochs: Epochs of the run; :func:`tested_epochs` says which count.

    Raises:
        DataError: One of them was not evaluated, or not by these figures.
    """
    found = read_accuracy(work_dir)
    last = tested_epochs(epochs)
    missing = [epoch for epoch in last if epoch not in found]
    if missing:
        raise DataError(
            f"{work_dir}: epoch {missing[0]}, one of the last {len(last)}, has no WAR and UAR ({WAR}, {UAR}); it takes "
            f"train_cfg.val_begin={last[0]}, train_cfg.val_interval=1 and val_evaluator=dict(type='AccMetric', "
            "metric_list=('top_k_accuracy', 'mean_class_accuracy'))."
        )
    return EpochAccuracy(epochs, fmean(found[epoch].war for epoch in last), fmean(found[epoch].uar for epoch in last))
