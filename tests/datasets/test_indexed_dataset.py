"""The wrapper marks every data sample with its own number."""

from __future__ import annotations

import pickle
from functools import partial

import numpy as np
import pytest
import torch
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.dataset import default_collate
from torch.utils.data import DataLoader

import tests.tiny_run  # noqa: F401 - registers the pipeline
from d2sp_mm.datasets import IndexedDataset
from d2sp_mm.datasets.indexed_dataset import SAMPLE_INDEX, UNDECODABLE
from d2sp_mm.datasets.purified_sampler import DrawnPosition
from d2sp_mm.datasets.sample_checks import form_of, not_finite, stacking_of
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
    """The clip asked for is not the clip that came."""
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


@TRANSFORMS.register_module(force=True)
class CorruptOne(BaseTransform):
    """Gives one clip another shape, or a value that is none."""

    def __init__(self, number, how):
        self.number, self.how = number, how

    def transform(self, results):
        if f"_{self.number}." in results["filename"]:
            imgs = results["imgs"]
            if self.how in ("nan", "inf"):
                imgs[0, 0, 0, 0, 0] = float(self.how)
            elif self.how == "channels":
                results["imgs"] = imgs[:, :2]
            elif self.how == "clips":
                results["imgs"] = np.concatenate([imgs, imgs])
            elif self.how == "longer":
                results["imgs"] = np.concatenate([imgs, imgs], axis=2)
        return results


def corrupted(tmp_path, how, stacking="padded"):
    pipeline = [PIPELINE[0], dict(type="CorruptOne", number=5, how=how), PIPELINE[1]]
    dataset = build(tmp_path, dict(pipeline=pipeline))
    dataset.stacking = stacking
    return dataset


def failures(batch):
    return {sample: reason for data in batch for sample, reason in data["data_samples"].metainfo[UNDECODABLE]}


@pytest.mark.parametrize("how", ["nan", "inf"])
def test_a_value_that_is_not_finite_counts_as_a_clip_that_cannot_be_decoded(tmp_path, how):
    dataset = corrupted(tmp_path, how)
    assert dataset.load_sample(5) == (None, "1 of 384 values of its inputs are not finite")
    assert dataset[5]["data_samples"].metainfo[UNDECODABLE] == [(5, "1 of 384 values of its inputs are not finite")]
    assert dataset[4]["data_samples"].metainfo[UNDECODABLE] == []


@pytest.mark.parametrize(
    ("how", "stacking", "odd"),
    [
        ("clips", "padded", True),
        ("clips", "shape", True),
        ("longer", "shape", True),
        ("longer", "padded", False),
        ("clips", "nothing", False),
    ],
)
@pytest.mark.parametrize("positions", [[4, 5, 6, 7], [5, 4], [4, 5]])
def test_what_cannot_be_stacked_with_its_batch_is_replaced_and_named(tmp_path, how, stacking, odd, positions):
    """Also where a batch of two does not tell which of them is odd."""
    dataset = corrupted(tmp_path, how, stacking)
    batch = dataset.__getitems__(positions)
    assert len(batch) == len(positions)
    found = failures(batch)
    assert set(found) == ({5} if odd else set())
    if odd:
        assert "cannot be stacked with its batch" in found[5]
        assert len({tuple(data["inputs"].shape) for data in batch}) == 1
        metas = [data["data_samples"].metainfo for data in batch]
        came = [meta[SAMPLE_INDEX] for meta in metas if not meta[UNDECODABLE]]
        assert came == [position for position in positions if position != 5]


def test_a_loader_asks_for_whole_batches_and_gets_them(tmp_path):
    dataset = corrupted(tmp_path, "longer", "shape")
    loader = DataLoader(dataset, batch_size=4, collate_fn=default_collate)
    assert [tuple(batch["inputs"].shape) for batch in loader] == [(4, 1, 3, 2, 8, 8)] * 3


@pytest.mark.parametrize(
    ("collate", "stacking"),
    [
        (None, "padded"),
        (dict(type="pseudo_collate"), "padded"),
        (dict(type="default_collate"), "shape"),
        (partial(default_collate), "shape"),
        (list, "nothing"),
    ],
)
def test_what_must_be_equal_follows_from_how_batches_are_made(collate, stacking):
    assert stacking_of(collate) == stacking


def test_joints_are_not_padded_and_modalities_are_looked_at_one_by_one():
    assert form_of(torch.zeros(1, 5), "padded") == form_of(torch.zeros(1, 6), "padded")
    assert form_of(torch.zeros(1, 5), "padded", padded=False) != form_of(torch.zeros(1, 6), "padded", padded=False)
    both = dict(RGB=torch.zeros(2), Flow=torch.tensor([0.0, torch.nan]))
    assert not_finite(both) == "1 of 2 values of its inputs.Flow are not finite"
    assert not_finite(dict(RGB=torch.zeros(2), Flow=torch.zeros(2, dtype=torch.uint8))) == ""


def test_what_a_decoder_prints_of_a_broken_file_does_not_reach_the_terminal(tmp_path, capfd):
    decode = [dict(type="OpenCVInit"), dict(type="SampleFrames", clip_len=1), dict(type="OpenCVDecode")]
    (tmp_path / "0_good_0.mp4").write_bytes(b"no video" * 100)
    prefix = dict(video=str(tmp_path))
    dataset = build(tmp_path, dict(pipeline=[*decode, PIPELINE[1]], data_prefix=prefix))
    capfd.readouterr()
    assert dataset.load_sample(0)[0] is None
    assert capfd.readouterr().err == ""
