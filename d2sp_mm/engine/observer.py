"""What training sees of every sample, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from mmengine.runner import Runner

from d2sp_mm.datasets.indexed_dataset import SAMPLE_INDEX, UNDECODABLE
from d2sp_mm.engine.epoch_buffer import EpochBuffer, write_epoch
from d2sp_mm.engine.training_parts import TrainingParts
from d2sp_mm.engine.weight_learner import WeightLearner, WeightSettings
from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Ledger
from d2sp_mm.models.heads.feature_recorder import FeatureRecorder, find_classifier

#: Share of an epoch's samples whose scores may be not finite before a run that acts stops: half precision may overflow.
_MOST_NOT_FINITE = 0.1
#: Clips that the line at the end names.
_SHOWN = 20


class Observer:
    """Takes what the loss saw of each batch, learns weights from it, and writes each epoch into the ledger.

    Args:
        parts: The parts of the run.
        settings: How weights are learned; None where no stage reads them.
        weighted: Whether the recognizer trains with the weighted loss while weights are learned.
        classifier: Path of the head's last linear layer below ``cls_head``; found by itself if None.
    """

    def __init__(
        self, parts: TrainingParts, settings: WeightSettings | None, weighted: bool, classifier: str | None
    ) -> None:
        self._parts, self._mode = parts, "weighted" if weighted else "detached"
        self._buffer = EpochBuffer()
        self.learner: WeightLearner | None = None
        parts.loss.mode = "plain"
        if settings is not None:
            _, layer = find_classifier(parts.head, parts.num_classes, classifier)
            self.learner = WeightLearner(layer.in_features, layer.weight.device, settings)
            parts.loss.attach(FeatureRecorder(layer), self.learner)

    def begin_epoch(self, learns_weights: bool) -> None:
        """Forget what an epoch that was broken off saw, and let the loss do what this one needs."""
        self._buffer.clear()
        self._parts.loss.mode = self._mode if learns_weights else "plain"

    def take(self, data_batch: Mapping[str, Any]) -> None:
        """Take what the loss saw of a batch.

        Args:
            data_batch: The batch, with the data samples of :class:`IndexedDataset`.
        """
        seen = self._parts.loss.take_observation()
        if seen is None:
            return
        if self.learner is not None and seen.features is not None:
            self.learner.step(self._parts.loss.stock_loss, seen.scores, seen.labels, seen.features)
        metas = [data_sample.metainfo for data_sample in data_batch["data_samples"]]
        failures = {sample: reason for meta in metas for sample, reason in meta[UNDECODABLE]}
        self._buffer.add([meta[SAMPLE_INDEX] for meta in metas], seen, failures)

    def end_epoch(self, runner: Runner, ledger: Ledger, acts: bool, max_undecodable: float) -> None:
        """Write what all ranks saw into the ledger and the trace; collective.

        Args:
            runner: The runner.
            ledger: The ledger; changes.
            acts: Whether the run changes anything of the training: one that only observes goes on where plain MMAction2
                would.
            max_undecodable: Share of the training set, in [0, 1], that may be undecodable.

        Raises:
            DataError: Too many scores are not finite, or too many clips undecodable.
        """
        seen = self._buffer.gather()
        if seen is None:
            return
        seen = seen.finite(_MOST_NOT_FINITE if acts else 1.0)
        failed = np.array(sorted(seen.failures), dtype=np.int64)
        ledger.observe(runner.epoch, seen.indices, seen.probs, seen.weights, failed)
        write_epoch(runner, ledger, seen)
        report_undecodable(runner, ledger, seen.failures, max_undecodable)


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
