"""What the page is told, and the pictures that it shows."""

from __future__ import annotations

import os
import pickle
import shutil
from urllib.parse import unquote

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope

import d2sp_mm.compat  # noqa: F401 - before MMAction2's datasets
from d2sp_mm.datasets.build_dataset import build_dataset
from d2sp_mm.datasets.sample_map import SampleMap
from d2sp_mm.datasets.training_list import read_training_list
from d2sp_mm.errors import D2SPError, DataError
from d2sp_mm.ledger import Override
from d2sp_mm.review.override import override
from d2sp_mm.review.report import ReportOptions, write_report
from d2sp_mm.review.report.charts import epoch_curves
from d2sp_mm.review.report.clip_source import ClipSource
from d2sp_mm.review.report.strips import write_strips
from d2sp_mm.review.status import statuses
from d2sp_mm.runs.ledger_table import read_ledger_table
from d2sp_mm.runs.recorded_run import read_recorded_run
from d2sp_mm.runs.trace import read_trace, write_trace
from d2sp_mm.visualization.frames import draw_keypoints, read_video
from d2sp_mm.visualization.strip_file import read_strips_elsewhere
from tests.review.report.real_report import CLASSES, EVIL, data_of, make_report, make_run, write_video


@pytest.fixture(scope="module")
def work_dir(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def report(work_dir):
    return make_report(work_dir, work_dir / "report", suspicious=5)


def test_the_page_is_told_what_the_ledger_says(work_dir, report):
    data, table = data_of(report), read_ledger_table(work_dir / "purification" / "ledger.csv")
    what = dict(zip(table.keys, statuses(table)))
    by_key = {clip["key"]: clip for clip in data["clips"]}
    changed = {key for key, status in what.items() if status != "kept"}
    assert changed < set(by_key) and len(by_key) == len(changed) + 5
    assert data["counts"] == {status: list(what.values()).count(status) for status in ("kept", "pruned", "relabelled")}
    assert min(data["counts"].values()) > 0
    assert data["classes"] == CLASSES
    for row, key in enumerate(table.keys):
        if key in by_key:
            clip = by_key[key]
            assert (clip["given"], clip["now"]) == (table.labels[row], table.corrected_labels[row])
            assert clip["status"] == what[key]
            assert (clip["stage"], clip["reason"]) == (table.stages[row], table.reasons[row])
            assert clip["epoch"] == (table.epochs[row] + 1 if table.epochs[row] >= 0 else None)
            np.testing.assert_allclose(clip["quality"], table.quality_scores[row], atol=1e-4)


def test_the_others_are_the_most_suspicious(work_dir, report):
    table = read_ledger_table(work_dir / "purification" / "ledger.csv")
    scores = np.fmin(table.quality_scores, table.label_scores)
    what = np.array(statuses(table))
    shown = np.isin(table.keys, [clip["key"] for clip in data_of(report)["clips"]])
    assert scores[shown & (what == "kept")].max() <= scores[~shown].min()


def test_each_clip_has_a_strip_of_its_frames(work_dir, report):
    data = data_of(report)
    missing = [clip["key"] for clip in data["clips"] if clip["strip"] is None]
    assert missing in ([], ["3_noise_3.mp4"])
    for clip in data["clips"]:
        if clip["strip"]:
            strip = cv2.imread(str(report / clip["strip"]))
            assert strip.shape == (96, 6 * 128, 3)
            # From the first frame to the last: every frame of the clip is brighter than the one before.
            brightness = strip.reshape(96, 6, 128, 3).mean(axis=(0, 2, 3))
            assert (np.diff(brightness) > 10).all()


def test_predictions_are_those_of_every_epoch_also_of_what_was_pruned_early(work_dir, report):
    run = read_recorded_run(work_dir)
    assert run.trace.predictions.shape == (6, 48)
    by_key = {clip["key"]: clip for clip in data_of(report)["clips"]}
    pruned = [i for i in np.flatnonzero(~run.table.keep) if run.table.epochs[i] == 1]
    assert pruned
    for sample in pruned:
        epochs = [epoch for epoch, _ in by_key[run.table.keys[sample]]["predictions"]]
        assert epochs == [1, 2]
    # The ledger's own window ends with the same epoch.
    np.testing.assert_array_equal(run.trace.predictions[5], run.ledger.observations.predictions(1, 5)[0])


def test_the_video_of_a_name_with_markup_is_found(report):
    (clip,) = [clip for clip in data_of(report)["clips"] if clip["key"] == EVIL]
    assert "<" not in clip["video"] and '"' not in clip["video"]
    assert (report / unquote(clip["video"])).resolve().read_bytes()[4:8] == b"ftyp"


def test_copied_videos_lie_in_the_folder(work_dir, tmp_path):
    out = make_report(work_dir, tmp_path / "out", suspicious=0, copy_videos=True)
    for clip in data_of(out)["clips"]:
        assert (out / clip["video"]).is_file() and ".." not in clip["video"]


def test_a_second_call_makes_missing_strips_only_and_says_the_same(work_dir, tmp_path):
    out = make_report(work_dir, tmp_path / "out", suspicious=0)
    before = (out / "data.js").read_bytes()
    first, second = [out / clip["strip"] for clip in data_of(out)["clips"] if clip["strip"]][:2]
    first.unlink()
    second.write_bytes(b"kept")
    make_report(work_dir, out, suspicious=0)
    assert first.is_file() and second.read_bytes() == b"kept"
    assert (out / "data.js").read_bytes() == before
    assert not list(out.rglob("*.part.jpg"))


def test_other_strips_are_made_where_other_ones_are_wanted(work_dir, tmp_path):
    out = make_report(work_dir, tmp_path / "out", suspicious=0)
    make_report(work_dir, out, suspicious=0, frames=2, height=48)
    strip = next(clip["strip"] for clip in data_of(out)["clips"] if clip["strip"])
    assert cv2.imread(str(out / strip)).shape == (48, 2 * 64, 3)


class Source:
    """Clips as skeletons, two of which are no numbers but kill whoever unpacks them."""

    def info(self, sample):
        if sample == 5:
            raise FileNotFoundError("5.pkl")
        return {"keypoint": Deadly() if sample in (3, 11) else np.random.default_rng(sample).uniform(1, 9, (1, 4, 3, 2))}


class Deadly:
    def __reduce__(self):
        return os._exit, (1,)


def test_a_clip_that_kills_its_process_costs_itself_alone(tmp_path):
    done = []
    written = write_strips(Source(), list(range(16)), tmp_path, 2, 8, 2, lambda: done.append(1))
    assert written == set(range(16)) - {3, 5, 11}
    assert len(done) == 16


def test_strips_are_made_after_this_process_has_decoded_itself(work_dir, tmp_path):
    """Forked processes would wait for ever for the decoder's threads."""
    video = next((work_dir.parent / "data").glob("2_good_*.mp4"))
    assert read_video(video, 4) is not None
    out = make_report(work_dir, tmp_path / "out", suspicious=3)
    assert sum(clip["strip"] is not None for clip in data_of(out)["clips"]) > 5
    (strip,) = read_strips_elsewhere([{"filename": str(video)}], 2, 24, 60)
    assert strip.shape == (24, 64, 3)
    assert read_strips_elsewhere([{}, {"filename": "none.mp4"}], 2, 24, 60) == [None, None]


def test_an_applied_override_is_told(work_dir, tmp_path):
    shutil.copytree(work_dir, tmp_path / "work")
    run = read_recorded_run(tmp_path / "work")
    override(run, {0: Override(False, 0), 5: Override(True, 3), 6: Override(True, int(run.ledger.labels[6]))})
    out = make_report(tmp_path / "work", tmp_path / "out", suspicious=0)
    before = {clip["key"]: clip["before"] for clip in data_of(out)["clips"] if clip["before"]}
    keys = run.table.keys
    assert before == {
        keys[0]: {"override": "prune"}, keys[5]: {"override": "relabel", "label": 3}, keys[6]: {"override": "keep"}
    }  # fmt: skip


def test_charts_are_drawn_for_both_themes(report):
    for chart in data_of(report)["charts"]:
        for theme in ("light", "dark"):
            text = (report / "charts" / f"{chart['name']}_{theme}.svg").read_text()
            assert "<svg" in text and "</svg>" in text


def test_curves_are_means_over_what_was_seen(work_dir):
    run = read_recorded_run(work_dir)
    what = statuses(run.table)
    curves = epoch_curves(run.trace, run.table.labels, what)
    epochs, values = curves["predicted as given"]["pruned"]
    members = np.array(what) == "pruned"
    seen = members & (run.trace.predictions[1] >= 0)
    assert values[epochs.index(2)] == (run.trace.predictions[1] == run.table.labels)[seen].mean()
    assert epochs[0] == 1
    _, probs = curves["probability of the given label"]["kept"]
    assert probs[-1] > 0.8 > curves["probability of the given label"]["relabelled"][1][-1]


def test_a_folder_with_something_else_in_it_is_left_alone(work_dir, tmp_path):
    (tmp_path / "mine.txt").write_text("dear")
    with pytest.raises(DataError, match=r"holds something else.*--out"):
        make_report(work_dir, tmp_path)
    assert os.listdir(tmp_path) == ["mine.txt"]


def test_the_page_of_another_annotation_is_not_overwritten(work_dir, tmp_path):
    out = make_report(work_dir, tmp_path / "out", suspicious=0)
    mark = out / "data.js"
    mark.write_text(mark.read_text().replace('"digest":"', '"digest":"0'))
    with pytest.raises(DataError, match="another annotation"):
        make_report(work_dir, out)


def test_without_the_clips_there_is_a_page_without_pictures(work_dir, tmp_path):
    copy = tmp_path / "work"
    shutil.copytree(work_dir, copy, ignore=shutil.ignore_patterns("*.py", "report"))
    page, why = write_report(copy, tmp_path / "out", ReportOptions(), lambda total: lambda: None)
    assert "holds 0 configs" in why and "--config" in why
    assert all(clip["strip"] is None and clip["why"] == "no picture" for clip in data_of(page.parent)["clips"])
    with pytest.raises(D2SPError):
        write_report(copy, tmp_path / "other", ReportOptions(config=str(tmp_path / "none.py")), lambda total: lambda: None)


def source_of(dataset):
    config = Config(dict(train_dataloader=dict(dataset=dataset)))


    with DefaultScope.overwrite_default_scope("mmaction"):
        keys = read_training_list(SampleMap(build_dataset(dict(dataset, pipeline=[])))).keys
    return ClipSource(config, keys)


def test_frames_of_a_folder_of_pictures(tmp_path):
    (tmp_path / "a").mkdir()
    for number in range(1, 8):
        cv2.imwrite(str(tmp_path / "a" / f"img_{number:05}.jpg"), np.full((6, 10, 3), 30 * number, np.uint8))
    (tmp_path / "list.txt").write_text("a 7 0\nmissing 7 0\n")
    dataset = dict(type="RawframeDataset", ann_file=str(tmp_path / "list.txt"), data_prefix=dict(img=str(tmp_path)))
    source = source_of(dict(dataset, pipeline=[dict(type="NotRegistered")]))
    assert source.frames(0, 3).mean(axis=(1, 2, 3)).round().tolist() == [30, 120, 210]
    assert source.frames(1, 3) is None and source.video(0) is None


def test_skeletons_are_drawn_inside_the_picture(tmp_path):
    rng = np.random.default_rng(0)
    keypoint = rng.uniform(100, 500, (1, 9, 5, 2)).astype(np.float32)
    entry = dict(frame_dir="s", label=0, keypoint=keypoint, total_frames=9, img_shape=(600, 600))
    path = tmp_path / "pose.pkl"
    path.write_bytes(pickle.dumps(dict(split=dict(train=["s"]), annotations=[entry])))
    source = source_of(dict(type="PoseDataset", ann_file=str(path), split="train", pipeline=[]))
    frames = source.frames(0, 4)
    assert frames.shape == (4, 160, 160, 3) and frames.dtype == np.uint8
    dark = (frames < 100).all(axis=-1)
    assert dark.any(axis=(1, 2)).all() and not dark[:, [0, -1]].any() and not dark[:, :, [0, -1]].any()


def test_joints_that_were_not_found_are_not_drawn():
    keypoint = np.zeros((1, 2, 3, 2))
    assert draw_keypoints(keypoint, 2) is None
    keypoint[0, :, 0] = np.nan
    keypoint[0, 0, 1] = 5
    frames = draw_keypoints(keypoint, 2)
    assert (frames[0] < 100).any() and not (frames[1] < 100).any()


def test_a_trace_goes_on_where_a_broken_run_left_it(work_dir, tmp_path):
    run = read_recorded_run(work_dir)
    path = tmp_path / "trace.bin"
    predictions, given_probs = run.trace.predictions[5], run.trace.given_probs[5]
    write_trace(path, 5, predictions, given_probs)
    trace = read_trace(path, 48)
    assert (trace.predictions[:5] == -1).all() and np.isnan(trace.given_probs[:5]).all()
    np.testing.assert_array_equal(trace.predictions[5], predictions)
    np.testing.assert_array_equal(trace.given_probs[5], given_probs)
    with path.open("ab") as file:
        file.write(b"part of an epoch")
    assert read_trace(path, 48).predictions.shape == (6, 48)
    write_trace(path, 4, predictions, given_probs)
    assert read_trace(path, 48).predictions.shape == (5, 48)


def test_frames_of_a_video_are_spread_from_first_to_last(tmp_path):
    write_video(tmp_path / "v.mp4", 0)
    (tmp_path / "list.txt").write_text("v.mp4 0\n")
    dataset = dict(type="VideoDataset", ann_file=str(tmp_path / "list.txt"), data_prefix=dict(video=str(tmp_path)))
    source = source_of(dict(dataset, pipeline=[]))
    np.testing.assert_allclose(source.frames(0, 2).mean(axis=(1, 2, 3)), [0, 210], atol=12)
