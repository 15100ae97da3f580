"""A strip of frames for each clip."""

from __future__ import annotations

import os

import cv2
import numpy as np

from d2sp_mm.review.report.strips import write_strips
from d2sp_mm.visualization.frames import read_video
from d2sp_mm.visualization.strip_file import read_strips_elsewhere
from tests.review.report.real_report import data_of, make_report


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
