from __future__ import annotations

from pathlib import Path

from d2sp_mm.experiments.demo.clips import read_clips
from tests.experiments.demo.tiny_set import CLASSES, write_tiny_set


def test_truth_is_matched_by_key(tmp_path: Path) -> None:
    clips = read_clips(*write_tiny_set(tmp_path))
    assert clips.classes == list(CLASSES)
    assert [clips.describe(sample) for sample in range(5)] == [
        "good clip, right label",
        "good clip, wrong label: is Happy",
        "good clip, wrong label: is Sad",
        "corrupted: no face",
        "corrupted: truncated",
    ]
