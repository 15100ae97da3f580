"""The sampler that draws kept samples only."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from mmengine.dataset import DefaultSampler

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.registry import DATA_SAMPLERS


class DrawnPosition(int):
    """A position of the dataset, with what only the sampler knows: kept positions to fall back on, and the epoch's seed.

    The dataset holds no purification state, so that worker processes never hold a stale one: which clip may replace one that
    cannot be decoded has to come with the position. It is an ``int``, so that any dataset can be asked for it.

    Args:
        position: The position.
        spares: Positions of kept samples, to be tried in turn; none where no sample was pruned.
        epoch_seed: What a worker process that outlives epochs seeds its generators with, beside its own number; None leaves
            them alone.

    Source:
        Our own.
    """

    def __new__(
        cls, position: int, spares: tuple[int, ...] = (), epoch_seed: tuple[int, ...] | None = None
    ) -> DrawnPosition:
        """Make a position; the arguments are those of the class."""
        drawn = super().__new__(cls, position)
        # Attributes of the instance: they travel to worker processes with the position.
        drawn.spares = spares
        drawn.epoch_seed = epoch_seed
        return drawn

    spares: tuple[int, ...]
    epoch_seed: tuple[int, ...] | None


@DATA_SAMPLERS.register_module()
class PurifiedSampler(DefaultSampler):
    """Draws the kept samples, the same number on every rank.

    While all samples are kept it draws exactly as MMEngine's ``DefaultSampler`` with the same seed. It runs in the main
    process; the hook tells it between two epochs which samples are kept.

    Args:
        dataset: An ``IndexedDataset``.
        shuffle: Whether the order is random.
        seed: Seed of the order; the same on all ranks. Drawn and shared between the ranks if None.
        epoch_length: ``keep`` holds the length of an epoch when samples are pruned, drawing survivors again (each once
            before any twice), so that schedule and training budget stay as configured. ``shrink`` shortens the epoch;
            the hook then spreads the schedule's steps.

    Raises:
        ConfigError: If ``epoch_length`` is unknown, or the dataset is no ``IndexedDataset``.
    """

    def __init__(self, dataset: Any, shuffle: bool = True, seed: int | None = None, epoch_length: str = "keep") -> None:
        if epoch_length not in ("keep", "shrink"):
            raise ConfigError(f"PurifiedSampler: epoch_length={epoch_length!r} is unknown; choose 'keep' or 'shrink'.")
        if not hasattr(dataset, "map"):
            raise ConfigError(
                f"PurifiedSampler: the train dataset is a {type(dataset).__name__}; wrap it: "
                "dataset=dict(type='d2sp_mm.IndexedDataset', dataset=dict(...))."
            )
        super().__init__(dataset, shuffle=shuffle, seed=seed, round_up=True)
        self.epoch_length = epoch_length
        #: Whether positions carry a seed of their epoch, for worker processes that outlive it.
        self.seeds_workers = False
        self._positions = torch.arange(len(dataset))

    def set_keep(self, keep: npt.NDArray[np.bool_], batch_size: int = 0) -> None:
        """Tell which samples are kept. Takes effect with the next epoch.

        Args:
            keep: Which are, shape (number of samples,).
            batch_size: Of one rank, where a last batch that is not full is trained on: one sample more is drawn then rather
                than that one would be left alone in it, which batch normalisation cannot train on. 0: it does not matter.

        Raises:
            DataError: If none is.
        """
        positions = np.flatnonzero(keep[self.dataset.map.samples])
        if not len(positions):
            raise DataError("every training sample would be pruned; lower the rate of the pruning stages.")
        self._positions = torch.from_numpy(positions)
        draws = len(self.dataset) if self.epoch_length == "keep" else len(positions)
        self.num_samples = math.ceil(draws / self.world_size)
        if batch_size > 1 and self.num_samples % batch_size == 1:
            self.num_samples += 1
        self.total_size = self.num_samples * self.world_size

    def __iter__(self) -> Iterator[int]:
        """The positions that this rank draws in this epoch."""
        kept = len(self._positions)
        if self.shuffle:
            generator = torch.Generator()
            generator.manual_seed(self.seed + self.epoch)
            first = torch.randperm(kept, generator=generator)
            order = [first]
            # Padding up to a multiple of the ranks repeats the beginning, as DefaultSampler does; what is drawn
            # again to hold the length is shuffled anew.
            while (len(order) * kept) < len(self.dataset) and self.epoch_length == "keep":
                order.append(torch.randperm(kept, generator=generator))
        else:
            order = [torch.arange(kept)]
        drawn = torch.cat(order)
        drawn = drawn.repeat(math.ceil(self.total_size / len(drawn)))[: self.total_size]
        positions = self._positions[drawn][self.rank : self.total_size : self.world_size].tolist()
        if kept == len(self.dataset) and not self.seeds_workers:
            return iter(positions)
        return self._drawn(positions, with_spares=kept < len(self.dataset))

    def _drawn(self, positions: list[int], with_spares: bool) -> Iterator[int]:
        """The positions, each with kept ones that may stand in for it: the dataset does not know which are kept."""
        rng = np.random.default_rng((self.seed, self.epoch, self.rank))
        epoch_seed = (self.seed, self.epoch, self.rank) if self.seeds_workers else None
        kept = self._positions.numpy()
        for position in positions:
            spares = kept[rng.integers(len(kept), size=self.dataset.max_refetch)].tolist() if with_spares else ()
            yield DrawnPosition(position, tuple(spares), epoch_seed)
