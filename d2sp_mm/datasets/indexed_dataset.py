"""The dataset wrapper that tells which sample is which."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from d2sp_mm.datasets.build_dataset import build_dataset
from d2sp_mm.datasets.drawn_position import DrawnPosition
from d2sp_mm.datasets.sample_map import SampleMap
from d2sp_mm.datasets.seed_worker import seed_worker
from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.registry import DATASETS

#: Name under which a data sample's meta information carries its sample number.
SAMPLE_INDEX = "sample_index"
#: Name of the list of ``(sample number, reason)`` of those that could not be decoded before this one could.
UNDECODABLE = "undecodable_samples"


@DATASETS.register_module()
class IndexedDataset:
    """Wraps a training dataset and writes each sample's number into its data sample.

    It holds no purification state, so worker processes that live for the whole training never hold a stale one: labels
    and verdicts are applied in the main process.

    A clip that cannot be decoded does not stop the run, as it does with MMAction2's ``VideoDataset`` alone. Another clip
    takes its place and carries number and reason of those that failed, so that the hook can count and report them. Where
    the sampler has pruned, it names those that may stand in (:class:`DrawnPosition`); before, they are drawn from all by a
    generator of its own (seeded by the sample's number).

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
        self._seeded_with: tuple[int, ...] | None = None
        self.map = SampleMap(self.dataset)
        for part in self.map.parts:
            if getattr(part, "multi_class", False):
                raise ConfigError(
                    "train_dataloader.dataset.multi_class=True: purification compares one label a clip with one "
                    "prediction and does not support multi-label data."
                )
            if hasattr(part, "num_repeats"):
                raise ConfigError(
                    f"train_dataloader.dataset.type={type(part).__name__!r} repeats augmentations within a batch, which "
                    "purification does not support; use VideoDataset."
                )

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
        sample = int(self.map.samples[position])
        data, problem = self.load_sample(sample)
        if data is not None:
            return self._mark(data, sample, [])
        failed = [(sample, problem)]
        for other in self._stand_ins(position):
            data, problem = self.load_sample(other)
            if data is not None:
                return self._mark(data, other, failed)
            failed.append((other, problem))
        raise DataError(
            f"none of {len(failed)} clips could be decoded, the last one says: {problem}. Check data_prefix and the files."
        )

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
        """A sample through its pipeline, whatever the decoder says.

        Args:
            sample: Its number.

        Returns:
            What the pipeline gives and an empty sentence, or None and the reason.
        """
        part, index = self.map.locate(sample)
        try:
            data = part.prepare_data(index)
        except Exception as error:  # Decoders raise errors of every kind, and none of them may stop the run.
            return None, f"{type(error).__name__}: {error}"
        return data, "the pipeline returned None" if data is None else ""

    def _mark(self, data: Any, sample: int, failed: list[tuple[int, str]]) -> Any:
        # As set_metainfo(), which would copy both deeply.
        for name, value in ((SAMPLE_INDEX, sample), (UNDECODABLE, failed)):
            data["data_samples"].set_field(value, name, field_type="metainfo")
        return data
