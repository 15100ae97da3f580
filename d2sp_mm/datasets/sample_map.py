"""Which sample stands behind each position of a (possibly wrapped) dataset."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import numpy as np
import numpy.typing as npt
from mmengine.dataset import BaseDataset, ClassBalancedDataset, ConcatDataset, RepeatDataset

from d2sp_mm.errors import ConfigError


class SampleMap:
    """Numbers the samples of a dataset through MMEngine's wrappers.

    A sample is an entry of a base dataset; a wrapper that shows it several times (``RepeatDataset``,
    ``ClassBalancedDataset``) does not make it several samples, and ``ConcatDataset`` numbers on where the last part
    ended.

    Args:
        dataset: A dataset of MMAction2 or one of MMEngine's wrappers around it, fully initialised.

    Raises:
        ConfigError: If a wrapper is of an unknown kind.
    """

    def __init__(self, dataset: Any) -> None:
        self.parts: list[BaseDataset] = []
        #: Number of the first sample of each part.
        self.offsets: list[int] = []
        self.num_samples = 0
        #: Sample behind each position, shape (len(dataset),).
        self.samples: npt.NDArray[np.int64] = self._visit(dataset)

    def _visit(self, dataset: Any) -> npt.NDArray[np.int64]:
        if isinstance(dataset, ConcatDataset):
            return np.concatenate([self._visit(part) for part in dataset.datasets])
        if isinstance(dataset, RepeatDataset):
            return np.tile(self._visit(dataset.dataset), dataset.times)
        if isinstance(dataset, ClassBalancedDataset):
            return self._visit(dataset.dataset)[np.asarray(dataset.repeat_indices, dtype=np.int64)]
        if isinstance(dataset, BaseDataset):
            dataset.full_init()
            first = self.num_samples
            self.parts.append(dataset)
            self.offsets.append(first)
            self.num_samples += len(dataset)
            return np.arange(first, self.num_samples)
        raise ConfigError(
            f"train dataset of type {type(dataset).__name__!r} is not supported: purification must know which sample "
            "stands behind each index. Use a dataset of MMAction2, or ConcatDataset, RepeatDataset or "
            "ClassBalancedDataset around such."
        )

    def locate(self, sample: int) -> tuple[BaseDataset, int]:
        """The base dataset that holds a sample, and the sample's index in it."""
        part = bisect_right(self.offsets, sample) - 1
        return self.parts[part], sample - self.offsets[part]
