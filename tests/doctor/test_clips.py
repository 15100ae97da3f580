"""What the doctor says of clips as training will take them: every frame, every value, every size."""

from __future__ import annotations

import pickle
from pathlib import Path

import cv2
import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.config import Config

from d2sp_mm.doctor.annotation_lists import read_lists
from d2sp_mm.doctor.clips import check_clips
from d2sp_mm.doctor.list_checks import check_lists
from tests.doctor.dataset_configs import config_of

PACK = dict(type="PackActionInputs")
RESIZE = dict(type="Resize", scale=(8, 8), keep_ratio=False)
FRAMES = [dict(type="UniformSample", clip_len=2), dict(type="RawFrameDecode"), RESIZE]
SKELETON = [dict(type="UniformSampleFrames", clip_len=4), dict(type="PoseDecode"), dict(type="FormatGCNInput", num_person=1)]


def decoded(config: Config) -> tuple[str, str]:
    (finding,) = check_clips(config, {"train": 4})
    return finding.level, finding.what


def write_folders(folder: Path, lengths: list[int], template: str = "img_{:05}.png", grey: bool = False) -> None:
    for number, length in enumerate(lengths):
        (folder / f"c{number}").mkdir()
        for frame in range(1, length + 1):
            shape = (9, 9) if grey else (9, 9, 3)
            cv2.imwrite(str(folder / f"c{number}" / template.format(frame)), np.full(shape, 9 * frame, np.uint8))


def frames_config(folder: Path, **settings) -> Config:
    (folder / "list.txt").write_text("".join(f"c{number} 40 {number % 2}\n" for number in range(4)))
    pipeline = [*FRAMES, dict(type="FormatShape", input_format="NCHW"), PACK]
    dataset = dict(type="RawframeDataset", ann_file=str(folder / "list.txt"), data_prefix=dict(img=str(folder)),
                   filename_tmpl="img_{:05}.png", pipeline=pipeline)  # fmt: skip
    return config_of({**dataset, **settings})


def test_a_frame_that_is_missing_in_the_middle_is_found_whatever_is_drawn(tmp_path):
    """40 frames of which a look takes two: one look would miss it nineteen times of twenty."""
    write_folders(tmp_path, [40, 40, 39, 40])
    (tmp_path / "c1" / "img_00018.png").unlink()
    (tmp_path / "c3" / "img_00031.png").write_bytes(b"no picture")
    config = frames_config(tmp_path)
    lists, _ = read_lists(config)
    (found,) = [f for f in check_lists(lists, 2) if f.level != "ok"]
    assert "2 folders lack frames" in found.what
    assert "c1 (img_00018.png)" in found.what and "c2 (img_00040.png)" in found.what
    level, what = decoded(config)
    assert level == "fail" and what.startswith("train: 3 of 4 clips cannot be decoded")
    assert "img_00018.png" in what and "img_00040.png" in what and "c3" in what


def test_optical_flow_has_a_file_of_each_direction(tmp_path):
    for direction in "xy":
        folder = tmp_path / "flow"
        folder.mkdir(exist_ok=True)
        for number in range(4):
            (folder / f"c{number}").mkdir(exist_ok=True)
            for frame in range(1, 41):
                name = f"flow_{direction}_{frame:05}.png"
                cv2.imwrite(str(folder / f"c{number}" / name), np.full((9, 9), frame, np.uint8))
    settings = dict(modality="Flow", filename_tmpl="flow_{}_{:05}.png", data_prefix=dict(img=str(folder)))
    config = frames_config(tmp_path, **settings)
    lists, _ = read_lists(config)
    assert [f.what for f in check_lists(lists, 2) if f.level != "ok"] == []
    (folder / "c2" / "flow_y_00030.png").unlink()
    assert "c2 (flow_y_00030.png)" in next(f.what for f in check_lists(lists, 2) if f.level != "ok")
    level, what = decoded(config)
    assert level == "warn" and what.startswith("train: 1 of 4 clips") and "flow_y_00030.png" in what


def skeletons(path: Path, change=None, joints=(17,) * 4) -> Config:
    entries = []
    for n, v in enumerate(joints):
        points = dict(keypoint=np.ones((1, 60, v, 2), np.float32), keypoint_score=np.ones((1, 60, v), np.float32))
        entries.append(dict(frame_dir=f"clip{n}", total_frames=60, img_shape=(9, 9), label=n % 2, **points))
    if change is not None:
        change(entries)
    path.write_bytes(pickle.dumps(entries))
    return config_of(dict(type="PoseDataset", ann_file=str(path), pipeline=[*SKELETON, PACK]))


def test_joints_that_were_not_found_and_skeletons_of_other_joints_than_the_rest_are_found(tmp_path):
    def change(entries):
        # One joint of one frame each, which a look at four frames of sixty misses nearly always.
        for number, (field, value) in enumerate([("keypoint", np.nan), ("keypoint_score", np.inf)]):
            entries[number][field][0, 37, 5] = value

    config = skeletons(tmp_path / "pose.pkl", change, joints=(17, 17, 25, 17, 17, 17))
    (found,) = check_clips(config, {"train": 6})
    assert found.level == "warn" and found.what.startswith("train: 3 of 6 clips")
    assert "'clip0': some frames have values in keypoint that are not finite" in found.what
    assert "'clip1': some frames have values in keypoint_score that are not finite" in found.what
    assert "'clip2': cannot be stacked" in found.what


@TRANSFORMS.register_module(force=True)
class TurnPose(BaseTransform):
    """A user's transform that takes two classes together."""

    def transform(self, results):
        return {**results, "label": results["label"] // 2}


def test_a_label_that_the_pipeline_changes_is_found(tmp_path):
    config = skeletons(tmp_path / "pose.pkl")
    config.train_dataloader.dataset.pipeline.insert(0, dict(type="TurnPose"))
    config.custom_imports = dict(imports=[__name__], allow_failed_imports=False)
    changed, clips = check_clips(config, {"train": 4})
    assert changed.level == "fail" and "the label of 2 clips, of 'clip1': label 0, not 1" in changed.what
    assert clips.level == "ok"


def test_a_test_set_without_labels_is_decoded_as_any_other(tmp_path):
    config = skeletons(tmp_path / "pose.pkl", lambda entries: [entry.pop("label") for entry in entries])
    config.test_dataloader = config.train_dataloader
    (finding,) = check_clips(config, {"test": 4})
    assert finding.level == "ok"
