"""What one epoch saw, until it is gathered from all ranks."""

from __future__ import annotations

import logging
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from mmengine import dist
from mmengine.logging import print_log
from mmengine.runner import Runner

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.ledger import Ledger
from d2sp_mm.models.losses.observing_cross_entropy import BatchObservation
from d2sp_mm.runs.run_files import FOLDER
from d2sp_mm.runs.trace import FILE as TRACE_FILE
from d2sp_mm.runs.trace import write_trace


@dataclass(frozen=True)
class EpochObservation:
    """One epoch's observations of all ranks, each sample once, in order of its number.

    Args:
        indices: Samples seen, ascending, shape (k,).
        probs: Their class probabilities, shape (k, c).
        weights: Their learned weights, shape (k,), or None.
        failures: Reason for each sample that could not be decoded.
    """

    indices: npt.NDArray[np.int64]
    probs: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32] | None
    failures: dict[int, str]

    def finite(self, most: float) -> EpochObservation:
        """Without the samples whose probabilities or weights are not finite: they count as not seen, with a warning.

        Args:
            most: Share of the samples, in [0, 1], that may be left out.

        Raises:
            DataError: If there are more.
        """
        good = np.isfinite(self.probs).all(axis=1)
        if self.weights is not None:
            good &= np.isfinite(self.weights)
        if good.all():
            return self
        found = f"purification: the scores or weights of {(~good).sum()} of {len(good)} samples of this epoch are not finite"
        if (~good).mean() > most:
            raise DataError(
                f"{found}, so nothing can be decided from them. Training has diverged: lower the learning rate, clip "
                "gradients, or check the samples."
            )
        print_log(f"{found}; they count as not seen.", "current", logging.WARNING)
        weights = None if self.weights is None else self.weights[good]
        return EpochObservation(self.indices[good], self.probs[good], weights, self.failures)


class EpochBuffer:
    """Collects the batches of one rank on the device, and gathers all ranks at the end of the epoch.

    Indices travel as integers, apart from the floating-point values, which half precision would round.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything collected."""
        self._indices = array("q")
        self._probs: list[torch.Tensor] = []
        self._weights: list[torch.Tensor] = []
        self._failures: dict[int, str] = {}

    def add(self, indices: list[int], seen: BatchObservation, failures: dict[int, str]) -> None:
        """Take over one batch.

        Raises:
            ConfigError: If the loss saw another number of score rows than the batch has samples.
        """
        if seen.scores.dim() != 2 or len(seen.scores) != len(indices):
            raise ConfigError(
                f"the loss saw class scores of shape {tuple(seen.scores.shape)} for a batch of {len(indices)} samples. "
                "Purification needs one row of scores a sample: multi-clip training (num_clips > 1 in the train "
                "pipeline of a head that does not average clips) is not supported."
            )
        self._indices.extend(indices)
        self._probs.append(seen.scores.float().softmax(dim=1))
        if seen.weights is not None:
            self._weights.append(seen.weights.float())
        self._failures.update(failures)

    def gather(self) -> EpochObservation | None:
        """All ranks' observations, the same on every rank, and an empty buffer; None if nothing was seen.

        Ranks see equally many samples, as the sampler guarantees. Where a sample was drawn more than once, by padding or
        by repetition, the first rank's first sight of it counts.
        """
        if not self._indices:
            return None
        device = self._probs[0].device
        own = torch.frombuffer(self._indices, dtype=torch.int64).to(device)
        indices, probs = _of_all_ranks(own), _of_all_ranks(torch.cat(self._probs))
        weights = _of_all_ranks(torch.cat(self._weights)) if self._weights else None
        failures: dict[int, str] = {}
        for of_rank in _gather_objects(self._failures):
            failures = {**of_rank, **failures}
        self.clear()
        unique, first = _first_sights(indices.cpu().numpy())
        return EpochObservation(
            indices=unique,
            probs=probs.cpu().numpy().take(first, axis=0),
            weights=None if weights is None else weights.cpu().numpy()[first],
            failures=failures,
        )


def _first_sights(indices: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The samples, ascending, and where each stands first: as ``np.unique`` says, without sorting."""
    first = np.full(int(indices.max()) + 1, -1, dtype=np.int64)
    # Of several writes to one place the last remains.
    first[indices[::-1]] = np.arange(len(indices))[::-1]
    unique = np.flatnonzero(first >= 0)
    return unique, first[unique]


def _of_all_ranks(own: torch.Tensor) -> torch.Tensor:
    return torch.cat(dist.all_gather(own)) if dist.is_distributed() else own


def _gather_objects(value: Any) -> list[Any]:
    return dist.all_gather_object(value) if dist.is_distributed() else [value]


def write_epoch(runner: Runner, ledger: Ledger, seen: EpochObservation) -> None:
    """Add what an epoch predicted to the trace in the work dir; the main process does.

    Raises:
        WriteError: It cannot be written.
    """
    if not dist.is_main_process():
        return
    predictions, given_probs = np.full(len(ledger), -1), np.full(len(ledger), np.nan)
    predictions[seen.indices] = seen.probs.argmax(axis=1)
    given_probs[seen.indices] = seen.probs[np.arange(len(seen.indices)), ledger.labels[seen.indices]]
    write_trace(Path(runner.work_dir) / FOLDER / TRACE_FILE, runner.epoch, predictions, given_probs)
