"""Sample numbers through MMEngine's wrappers."""

from __future__ import annotations

import numpy as np
import pytest
from mmaction.registry import DATASETS
from mmengine.dataset import ClassBalancedDataset, ConcatDataset, RepeatDataset

from d2sp_mm.datasets.sample_map import SampleMap
from d2sp_mm.datasets.training_list import read_training_list
from d2sp_mm.errors import ConfigError
from tests.tiny_run import write_list


@pytest.fixture
def videos(tmp_path):
    def build(name="a", per_class=2):
        ann_file = write_list(tmp_path / f"{name}.txt", per_class=per_class)
        return DATASETS.build(
            dict(type="VideoDataset", ann_file=str(ann_file), data_prefix=dict(video="root"), pipeline=[])
        )

    return build


def keys_and_labels(dataset):
    given = read_training_list(SampleMap(dataset))
    return given.keys, given.labels


def test_concat_numbers_on(videos):
    sample_map = SampleMap(ConcatDataset([videos("a"), videos("b", 1)]))
    assert sample_map.samples.tolist() == list(range(12))
    part, index = sample_map.locate(9)
    assert (part is sample_map.parts[1], index) == (True, 1)


def test_only_keys_that_two_parts_share_get_the_number_of_their_part(videos):
    """So that a truth, which is keyed by path, fits a concatenation."""
    keys, labels = keys_and_labels(ConcatDataset([videos("a"), videos("b", 1)]))
    assert keys[1] == "0:1_good_1.mp4"
    assert keys[9] == "1:1_good_1.mp4"
    assert keys[5] == "1_good_5.mp4"
    assert len(set(keys)) == len(keys) == len(labels) == 12


def test_repeat_shows_the_same_samples_again(videos):
    sample_map = SampleMap(RepeatDataset(videos(), 3))
    assert sample_map.num_samples == 8
    assert sample_map.samples.tolist() == list(range(8)) * 3


def test_class_balanced_follows_its_indices(videos):
    class WithCategories(type(videos())):
        def get_cat_ids(self, idx):
            return [0 if idx else 1]

    inner = videos()
    inner.__class__ = WithCategories
    balanced = ClassBalancedDataset(inner, oversample_thr=0.9)
    sample_map = SampleMap(balanced)
    assert len(balanced) > 8
    np.testing.assert_array_equal(sample_map.samples, balanced.repeat_indices)


def test_wrappers_nest(tmp_path):
    parts = [
        dict(type="VideoDataset", ann_file=str(write_list(tmp_path / f"{name}.txt", per_class=2)), pipeline=[])
        for name in "ab"
    ]
    config = dict(type="RepeatDataset", times=2, dataset=dict(type="ConcatDataset", datasets=parts))
    sample_map = SampleMap(DATASETS.build(config))
    assert sample_map.samples.tolist() == list(range(16)) * 2


def test_keys_are_the_annotations_paths_without_the_prefix(videos):
    keys, labels = keys_and_labels(videos())
    assert keys[:2] == ["0_good_0.mp4", "1_good_1.mp4"]
    assert labels[:2] == [0, 1]


def test_a_subset_keeps_its_keys(videos):
    dataset = videos().get_subset(np.array([5, 2]).tolist())
    keys, labels = keys_and_labels(dataset)
    assert keys == ["1_good_5.mp4", "2_good_2.mp4"]
    assert labels == [1, 2]


def test_an_unknown_wrapper_is_refused_by_name():
    with pytest.raises(ConfigError, match="'list'"):
        SampleMap([1, 2])
