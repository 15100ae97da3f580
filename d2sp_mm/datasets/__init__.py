"""The dataset wrapper, the sampler, and clips that are decoded once."""

from d2sp_mm.datasets.cached_decord_init import CachedDecordInit
from d2sp_mm.datasets.indexed_dataset import IndexedDataset
from d2sp_mm.datasets.purified_sampler import PurifiedSampler

__all__ = ["CachedDecordInit", "IndexedDataset", "PurifiedSampler"]
