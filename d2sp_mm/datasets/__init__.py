"""The dataset wrapper and the sampler."""

from d2sp_mm.datasets.indexed_dataset import IndexedDataset
from d2sp_mm.datasets.purified_sampler import PurifiedSampler

__all__ = ["IndexedDataset", "PurifiedSampler"]
