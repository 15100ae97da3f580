"""The dataset wrapper that tells which sample is which."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
import torch
from mmaction.datasets import PoseDataset
from torch.utils.data import get_worker_info

from d2sp_mm import refusals
from d2sp_mm.datasets.build_dataset import build_dataset
from d2sp_mm.datasets.purified_sampler import DrawnPosition
from d2sp_mm.datasets.sample_checks import form_of, not_finite
from d2sp_mm.datasets.sample_map import SampleMap
from d2sp_mm.errors import ConfigError, DataError, words_of
from d2sp_mm.registry import DATASETS
from d2sp_mm.visualization.clip_files import silent_decoders


def seed_worker(epoch_seed: tuple[int, ...]) -> None:
    """Seed Python's, numpy's and torch's generators of this worker process; does nothing in the main process.

    Args:
        epoch_seed: Numbers of at least 0 that tell run, epoch and rank; the worker's own number is added.

    Source:
        What PyTorch does when it starts a worker, done again with each epoch.
    """
    info = get_worker_info()
    if info is None:
        return
    # 32 bits each: as many as numpy's legacy generator takes.
    for_python, for_numpy, for_torch = np.random.SeedSequence((*epoch_seed, info.id)).generate_state(3).tolist()
    random.seed(for_python)
    np.random.seed(for_numpy)
    torch.manual_seed(for_torch)


#: Name under which a data sample's meta information carries its sample number.
SAMPLE_INDEX = "sample_index"
#: Name of the label that the pipeline made of it, a number, or a list where it is not one.
PIPELINE_LABEL = "pipeline_label"
#: Name of the list of ``(sample number, reason)`` of those that could not be decoded before this one could.
UNDECODABLE = "undecodable_samples"


@DATASETS.register_module()
class IndexedDataset:
    """Wraps a training dataset and writes each sample's number into its data sample.

    It holds no purification state, so worker processes that live for the whole training never hold a stale one: labels
    and decisions are applied in the main process.

    A clip that cannot be decoded does not stop the run, as it does with MMAction2's ``VideoDataset`` alone. Another clip
    takes its place and carries number and reason of those that failed, so that the hook can count and report them. Where
    the sampler has pruned, it names those that may stand in (:class:`DrawnPosition`); before, they are drawn from all by a
    generator of its own (seeded by the sample's number). A sample whose values are not finite is treated alike, and so is
    one that cannot be stacked with most of its batch (see :attr:`stacking`).

    Args:
        dataset: Config of a dataset of MMAction2, or of MMEngine's ``ConcatDataset``, ``RepeatDataset`` or
            ``ClassBalancedDataset`` around such, or the built dataset.
        max_refetch: How many other clips are tried before the error of the last one is raised, at least 0; fewer where
            the sampler names fewer.

    Raises:
        ConfigError: If the dataset is multi-class or repeats augmentations, which purification does not support, or lacks
            what a wrapper asks of it.
        DataError: If the annotation file is not there or cannot be read, or no clip could be decoded in ``max_refetch``
            tries.
    """

    def __init__(self, dataset: Any, max_refetch: int = 20) -> None:
        if max_refetch < 0:
            raise ConfigError(f"IndexedDataset: max_refetch={max_refetch} must be at least 0.")
        self.dataset = build_dataset(dataset) if isinstance(dataset, dict) else dataset
        self.max_refetch = max_refetch
        #: What must be equal for samples to be stacked: ``shape``, ``padded`` (dimensions and channels), or ``nothing``.
        self.stacking = "nothing"
        self._seeded_with: tuple[int, ...] | None = None
        self.map = SampleMap(self.dataset)
        for part in self.map.parts:
            if getattr(part, "multi_class", False):
                raise ConfigError(refusals.multi_label("train_dataloader.dataset.multi_class"))
            if hasattr(part, "num_repeats"):
                raise ConfigError(refusals.repeated_augmentation(type(part).__name__))

    @property
    def metainfo(self) -> dict[str, Any]:
        """Meta information of the wrapped dataset."""
        return self.dataset.metainfo

    def full_init(self) -> None:
        """The wrapped dataset is complete from the start; MMEngine calls this on every dataset."""

    def __len__(self) -> int:
        return len(self.map.samples)

    def __getitem__(self, position: int) -> Any:
        seed = getattr(position, "epoch_seed", None)
        if seed is not None and seed != self._seeded_with:
            seed_worker(seed)
            self._seeded_with = seed
        return self._load(position)

    def __getitems__(self, positions: Sequence[int]) -> list[Any]:
        """A batch, as PyTorch's loaders ask for it; what cannot be stacked with most of it is replaced.

        Raises:
            DataError: As for one sample.
        """
        batch = [self[position] for position in positions]
        if self.stacking == "nothing":
            return batch
        forms = [self._form(data, data["data_samples"].metainfo[SAMPLE_INDEX]) for data in batch]
        if len(set(forms)) < 2:
            return batch
        wanted = self._most_frequent(Counter(forms), positions[0])
        return [
            data if form == wanted else self._load(position, wanted)
            for position, data, form in zip(positions, batch, forms)
        ]

    def _load(self, position: int, wanted: str | None = None) -> Any:
        """The sample at a position, or a stand-in; of the form that is wanted, if one is."""
        failed: list[tuple[int, str]] = []
        for sample in chain([int(self.map.samples[position])], self._stand_ins(position)):
            data, problem = self.load_sample(sample)
            if data is not None and wanted is not None and (form := self._form(data, sample)) != wanted:
                data, problem = None, f"it cannot be stacked with its batch: {form}; most have {wanted}"
            if data is not None:
                return self._mark(data, sample, failed)
            failed.append((sample, problem))
        raise DataError(
            f"none of {len(failed)} clips could be decoded, the last one says: {problem}. Check data_prefix and the files."
        )

    def _form(self, data: Any, sample: int) -> str:
        return form_of(data["inputs"], self.stacking, padded=not isinstance(self.map.locate(sample)[0], PoseDataset))

    def _most_frequent(self, counts: Counter[str], position: int) -> str:
        """The most frequent form of a batch; where two are equally frequent, other samples are asked as well."""
        for sample in self._stand_ins(position):
            if len({times for _, times in counts.most_common(2)}) == 2:
                break
            data, _ = self.load_sample(sample)
            counts.update([] if data is None else [self._form(data, sample)])
        return max(counts, key=lambda form: (counts[form], form))

    def _stand_ins(self, position: int) -> Iterator[int]:
        """Samples to try in place of the one that cannot be decoded."""
        if isinstance(position, DrawnPosition) and position.spares:
            positions = position.spares[: self.max_refetch]
            yield from (int(self.map.samples[spare]) for spare in positions)
            return
        # The draw depends on nothing but the sample, so that resumed and multi-process runs see the same.
        rng = np.random.default_rng(int(self.map.samples[position]))
        for _ in range(self.max_refetch):
            yield int(self.map.samples[rng.integers(len(self))])

    def load_sample(self, sample: int) -> tuple[Any, str]:
        """A sample through its pipeline, whatever the decoder says; what it prints is dropped.

        Args:
            sample: Its number.

        Returns:
            What the pipeline gives and an empty sentence, or None and the reason.
        """
        part, index = self.map.locate(sample)
        try:
            with silent_decoders():
                data = part.prepare_data(index)
        except Exception as error:  # Decoders raise errors of every kind, and none of them may stop the run.
            return None, words_of(error)
        problem = "the pipeline returned None" if data is None else not_finite(data.get("inputs"))
        return (None, problem) if problem else (data, "")

    def _mark(self, data: Any, sample: int, failed: list[tuple[int, str]]) -> Any:
        # As set_metainfo(), which would copy both deeply.
        data_sample = data["data_samples"]
        label = pipeline_label(data)
        for name, value in ((SAMPLE_INDEX, sample), (PIPELINE_LABEL, label), (UNDECODABLE, failed)):
            data_sample.set_field(value, name, field_type="metainfo")
        return data


def pipeline_label(data: Any) -> Any:
    """The label that a pipeline has packed: a number, or a list where it is not one; None where it packs none."""
    if "gt_label" not in data["data_samples"]:
        return None
    # A tensor here is of this process, so that reading its value waits for no device.
    label = data["data_samples"].gt_label.tolist()
    return label[0] if isinstance(label, list) and len(label) == 1 else label
