"""The sampler draws kept samples, equally many on every rank."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from mmengine.dataset import DefaultSampler

from d2sp_mm.datasets import PurifiedSampler
from d2sp_mm.errors import ConfigError, DataError


class Numbered:
    """A dataset as the sampler sees it."""

    def __init__(self, samples):
        self.map = SimpleNamespace(samples=np.asarray(samples))
        self.max_refetch = 5

    def __len__(self):
        return len(self.map.samples)


def on_ranks(samples, world, keep=None, epoch=0, **settings):
    """What each of ``world`` ranks draws."""
    drawn = []
    for rank in range(world):
        sampler = PurifiedSampler(Numbered(samples), seed=5, **settings)
        sampler.rank, sampler.world_size = rank, world
        sampler.set_keep(np.ones(max(samples) + 1, dtype=bool) if keep is None else keep)
        sampler.set_epoch(epoch)
        drawn.append(list(sampler))
        assert len(sampler) == len(drawn[-1])
    return drawn


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("world", [1, 2, 3])
@pytest.mark.parametrize("epoch_length", ["keep", "shrink"])
def test_without_pruning_it_is_the_default_sampler(world, shuffle, epoch_length):
    ours = on_ranks(range(10), world, epoch=3, shuffle=shuffle, epoch_length=epoch_length)
    for rank in range(world):
        stock = DefaultSampler(Numbered(range(10)), shuffle=shuffle, seed=5)
        stock.rank, stock.world_size = rank, world
        stock.num_samples = -(-10 // world)
        stock.total_size = stock.num_samples * world
        stock.set_epoch(3)
        assert list(stock) == ours[rank]


@pytest.mark.parametrize("world", [1, 2, 3, 4])
def test_shrink_draws_each_survivor_and_equally_many_a_rank(world):
    keep = np.ones(100, dtype=bool)
    keep[:30] = False
    drawn = on_ranks(range(100), world, keep, epoch_length="shrink")
    assert {len(d) for d in drawn} == {-(-70 // world)}
    assert set().union(*drawn) == set(range(30, 100))


@pytest.mark.parametrize("world", [1, 2, 3])
@pytest.mark.parametrize("shuffle", [True, False])
def test_keep_holds_the_length_and_draws_each_once_before_any_twice(world, shuffle):
    keep = np.ones(100, dtype=bool)
    keep[:30] = False
    drawn = on_ranks(range(100), world, keep, epoch_length="keep", shuffle=shuffle)
    assert {len(d) for d in drawn} == {-(-100 // world)}
    interleaved = [position for group in zip(*drawn) for position in group]
    assert sorted(interleaved[:70]) == list(range(30, 100))
    counts = np.bincount(interleaved, minlength=100)
    assert counts[:30].sum() == 0
    assert set(counts[30:]) <= {1, 2}


def test_keep_lasts_even_when_most_is_pruned():
    keep = np.zeros(10, dtype=bool)
    keep[[2, 7]] = True
    (drawn,) = on_ranks(range(10), 1, keep)
    assert sorted(drawn) == [2] * 5 + [7] * 5


def test_every_position_of_a_repeated_sample_goes():
    keep = np.array([True, False, True])
    (drawn,) = on_ranks([0, 1, 2, 0, 1, 2], 1, keep, epoch_length="shrink")
    assert sorted(drawn) == [0, 2, 3, 5]


def test_epochs_differ_and_repeat_by_seed():
    keep = np.arange(40) >= 10
    first, again, other = (on_ranks(range(40), 1, keep, epoch=e)[0] for e in (1, 1, 2))
    assert first == again != other


def test_spares_are_kept_samples_and_come_only_once_something_is_pruned():
    keep = np.arange(40) >= 10
    (drawn,) = on_ranks(range(40), 1, keep)
    assert all(len(position.spares) == 5 and min(position.spares) >= 10 for position in drawn)
    (again,) = on_ranks(range(40), 1, keep)
    assert [position.spares for position in drawn] == [position.spares for position in again]
    (whole,) = on_ranks(range(40), 1)
    assert not any(hasattr(position, "spares") for position in whole)


def test_pruning_everything_is_refused():
    with pytest.raises(DataError, match="rate"):
        on_ranks(range(4), 1, np.zeros(4, dtype=bool))


def test_bad_settings_are_refused_by_name():
    with pytest.raises(ConfigError, match="epoch_length='long'"):
        PurifiedSampler(Numbered(range(4)), epoch_length="long")
    with pytest.raises(ConfigError, match=r"IndexedDataset"):
        PurifiedSampler([1, 2, 3])


@pytest.mark.parametrize("world", [1, 2, 3])
@pytest.mark.parametrize("epoch_length", ["keep", "shrink"])
def test_no_rank_is_left_with_a_batch_of_one(world, epoch_length):
    """Batch normalisation cannot train on it; a sample is drawn twice in place of that."""
    for kept in range(2, 40):
        sampler = PurifiedSampler(Numbered(range(41)), seed=1, epoch_length=epoch_length)
        sampler.rank, sampler.world_size = world - 1, world
        keep = np.arange(41) < kept
        sampler.set_keep(keep, batch_size=8)
        drawn = list(sampler)
        assert len(drawn) == len(sampler) and len(drawn) % 8 != 1 and keep[[int(d) for d in drawn]].all()
        sampler.set_keep(keep)
        assert len(drawn) - len(list(sampler)) == (len(list(sampler)) % 8 == 1)
