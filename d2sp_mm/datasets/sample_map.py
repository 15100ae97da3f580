"""Which sample stands behind each position of a (possibly wrapped) dataset."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
from mmengine.dataset import BaseDataset, ClassBalancedDataset, ConcatDataset, RepeatDataset

from d2sp_mm.annotations.unique_keys import unique_keys
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

    def keys_and_labels(self) -> tuple[list[str], list[Any]]:
        """Key and label of each sample, in order, each of length ``num_samples``.

        The key is that of :meth:`keys_of_part`. Where two annotations of a run have the same one, the number of the
        part and a colon stand before it in both.
        """
        by_part = [self.keys_of_part(number) for number in range(len(self.parts))]
        times = Counter(key for keys in by_part for key in keys)
        keys = [key if times[key] == 1 else f"{number}:{key}" for number, part in enumerate(by_part) for key in part]
        return keys, [label for part in self.parts for label in annotation_paths(part)[1]]

    def keys_of_part(self, number: int) -> list[str]:
        """Key of each sample of one part: its path as it stands in the annotation, without the data prefix.

        Made unique as :func:`d2sp_mm.annotations.read_annotations` does.
        """
        return unique_keys(annotation_paths(self.parts[number])[0])


def annotation_paths(dataset: BaseDataset) -> tuple[list[str], list[Any]]:
    """Path (as in the annotation) and label of each entry of a base dataset."""
    prefixes = [str(p).rstrip("/") + "/" for p in (dataset.data_prefix or {}).values() if p]
    paths, labels = [], []
    for index in range(len(dataset)):
        # The base class' method leaves out what the subclass loads from other files.
        info = BaseDataset.get_data_info(dataset, index)
        path = str(info.get("filename") or info.get("frame_dir") or info.get("audio_path") or index)
        for prefix in prefixes:
            if path.startswith(prefix):
                path = path[len(prefix) :]
                break
        paths.append(path)
        labels.append(info.get("label"))
    return paths, labels
