"""The folder of a page: what is in it, and what it must not overwrite."""

from __future__ import annotations

import os
import shutil
from urllib.parse import unquote

import pytest

from d2sp_mm.errors import D2SPError, DataError
from d2sp_mm.review.report import ReportOptions, write_report
from tests.review.report.real_report import EVIL, data_of, make_report


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
