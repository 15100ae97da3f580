"""Holding a pass to what it learned early, as its ledger has it."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from mmengine.runner import Runner

from d2sp_mm.datasets.indexed_dataset import SAMPLE_INDEX
from d2sp_mm.ledger import Ledger
from d2sp_mm.models.losses.early_learning import EarlyLearningRegularization
from d2sp_mm.models.losses.observing_cross_entropy import ObservingCrossEntropyLoss

#: A class is held once so large a share of its samples is predicted as labelled: means of a class that is not learned yet
#: draw it to others, and rare classes vanish.
_LEARNED = 0.5


class EarlyLearning:
    """Gives the loss the running means of a batch's predictions, and each sample's strength.

    Everything is computed from the ledger at the beginning of an epoch, so that ranks agree and a resumed run goes on
    as it was.

    Args:
        runner: The runner.
        loss: The loss; gets the term.
        ledger: The ledger.
        strength: The strength where a class has been learned.

    Source:
        ELR (NeurIPS 2020) for the term; when it begins, for each class, is our own.
    """

    def __init__(self, runner: Runner, loss: ObservingCrossEntropyLoss, ledger: Ledger, strength: float) -> None:
        self._loss, self._ledger, self._strength = loss, ledger, strength
        self._term = EarlyLearningRegularization()
        self._means: np.ndarray | None = None
        self._strengths = np.zeros(ledger.num_classes, dtype=np.float32)
        runner.logger.info(
            "purification: the pass before has memorised its labels, so this one is held to what it learns early "
            f"(early_learning={strength:g})."
        )

    def begin_epoch(self, epoch: int) -> None:
        """Compute means and strengths of all samples.

        Args:
            epoch: The epoch that begins, counted from 0.
        """
        ledger, momentum = self._ledger, self._term.momentum
        learned = np.zeros(ledger.num_classes, dtype=bool)
        means = np.zeros((len(ledger), ledger.num_classes), dtype=np.float32)
        for probs in ledger.observations.epoch_probs(ledger.observations.window, epoch - 1):
            seen = ~np.isnan(probs[:, 0])
            means[seen] = momentum * means[seen] + (1 - momentum) * probs[seen]
            learned |= _recalls(probs[seen], ledger.corrected_labels[seen]) >= _LEARNED
        self._means, self._strengths = means, np.where(learned, self._strength, 0.0).astype(np.float32)
        if not learned.any():
            self._means = None

    def begin_batch(self, data_batch: dict[str, Any]) -> None:
        """Give the loss what it needs of a batch.

        Args:
            data_batch: The batch, with the data samples of :class:`IndexedDataset`.
        """
        if self._means is None:
            self._loss.early_learning = None
            return
        samples = [data_sample.metainfo[SAMPLE_INDEX] for data_sample in data_batch["data_samples"]]
        strengths = torch.from_numpy(self._strengths[self._ledger.corrected_labels[samples]])
        self._loss.early_learning = self._term, torch.from_numpy(self._means[samples]), strengths


def _recalls(probs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Share of each class's samples that are predicted as labelled, shape (c,); 0 where there is none."""
    num_classes = probs.shape[1]
    there = np.bincount(labels, minlength=num_classes)
    hits = np.bincount(labels[probs.argmax(axis=1) == labels], minlength=num_classes)
    return hits / np.maximum(there, 1)
