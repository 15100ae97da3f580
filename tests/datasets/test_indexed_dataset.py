"""The wrapper marks every data sample with its own number."""

from __future__ import annotations

import pickle

import pytest

import tests.tiny_run  # noqa: F401 - registers the pipeline
from d2sp_mm.datasets import IndexedDataset
from d2sp_mm.datasets.drawn_position import DrawnPosition
from d2sp_mm.datasets.indexed_dataset import SAMPLE_INDEX, UNDECODABLE
from d2sp_mm.errors import ConfigError, DataError
from tests.tiny_run import write_list

PIPELINE = [dict(type="MakeClip"), dict(type="PackActionInputs")]


def build(tmp_path, dataset_changes=None, **changes):
    ann_file = write_list(tmp_path / "train.txt", per_class=3, broken=changes.pop("broken", 0))
    dataset = {**dict(type="VideoDataset", ann_file=str(ann_file), pipeline=PIPELINE), **(dataset_changes or {})}
    return IndexedDataset(dataset, **changes)


def test_every_sample_carries_its_number(tmp_path):
    dataset = build(tmp_path)
    assert [dataset[i]["data_samples"].metainfo[SAMPLE_INDEX] for i in range(len(dataset))] == list(range(12))


def test_a_replacement_carries_its_own_number_and_the_failure(tmp_path):
    """Trap 7: the clip asked for is not the clip that came."""
    dataset = build(tmp_path, broken=3)
    for asked in range(3):
        data_sample = dataset[asked]["data_samples"]
        came = data_sample.metainfo[SAMPLE_INDEX]
        assert came >= 3
        assert int(data_sample.gt_label) == came % 4
        sample, reason = data_sample.metainfo[UNDECODABLE][0]
        assert sample == asked
        assert "cannot decode" in reason


def test_the_replacement_does_not_depend_on_the_order_of_drawing(tmp_path):
    def replacement(dataset):
        return dataset[1]["data_samples"].metainfo[SAMPLE_INDEX]

    first, second = build(tmp_path, broken=3), build(tmp_path, broken=3)
    _ = [second[i] for i in range(10)]
    assert replacement(first) == replacement(second)


def test_where_the_sampler_has_pruned_only_its_spares_stand_in(tmp_path):
    dataset = build(tmp_path, broken=3)
    data_sample = dataset[DrawnPosition(0, (1, 7, 5))]["data_samples"]
    assert data_sample.metainfo[SAMPLE_INDEX] == 7
    assert [sample for sample, _ in data_sample.metainfo[UNDECODABLE]] == [0, 1]
    with pytest.raises(DataError, match="none of 3 clips"):
        dataset[DrawnPosition(0, (1, 2))]


def test_a_drawn_position_is_an_index_that_travels_to_worker_processes():
    drawn = pickle.loads(pickle.dumps(DrawnPosition(4, (1, 2))))
    assert drawn == 4
    assert drawn.spares == (1, 2)
    assert "abcdef"[drawn] == "e"


def test_an_annotation_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"trian\.txt.*ann_file"):
        build(tmp_path, dict(ann_file=str(tmp_path / "trian.txt")))


def test_nothing_decodable_is_an_error_that_says_so(tmp_path):
    with pytest.raises(DataError, match="cannot decode"):
        build(tmp_path, broken=12, max_refetch=4)[0]


def test_the_stock_datasets_own_handling_is_not_changed(tmp_path):
    with pytest.raises(RuntimeError, match="cannot decode"):
        build(tmp_path, broken=1).dataset[0]


def test_it_survives_pickling_for_worker_processes(tmp_path):
    dataset = pickle.loads(pickle.dumps(build(tmp_path)))
    assert dataset[3]["data_samples"].metainfo[SAMPLE_INDEX] == 3


@pytest.mark.parametrize(
    ("changes", "name"),
    [(dict(multi_class=True, num_classes=4), "multi_class=True")],
)
def test_unsupported_datasets_are_refused_by_name(tmp_path, changes, name):
    with pytest.raises(ConfigError, match=name):
        build(tmp_path, changes)


def test_repeated_augmentation_is_refused_by_name(tmp_path):
    ann_file = write_list(tmp_path / "train.txt", per_class=1)
    decode = [dict(type="DecordInit"), dict(type="SampleFrames", clip_len=1), dict(type="DecordDecode")]
    with pytest.raises(ConfigError, match="RepeatAugDataset"):
        IndexedDataset(dict(type="RepeatAugDataset", ann_file=str(ann_file), pipeline=decode))


def test_a_wrapper_that_asks_for_what_the_dataset_lacks_is_refused_with_the_way_out(tmp_path):
    ann_file = write_list(tmp_path / "list.txt", per_class=3)
    inner = dict(type="VideoDataset", ann_file=str(ann_file), pipeline=PIPELINE)
    with pytest.raises(ConfigError, match=r"get_cat_ids.*class_weight"):
        IndexedDataset(dict(type="ClassBalancedDataset", oversample_thr=0.1, dataset=inner))
