"""What is drawn, asked of the sheet's tiles; and that each picture is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matplotlib.image import imread

from d2sp_mm.experiments.demo import sheets
from d2sp_mm.experiments.demo.clips import Clips


def _drawn(monkeypatch: pytest.MonkeyPatch, draw: Any, path: Path, clips: Clips) -> Any:
    """Draw for real, and return what the sheet was asked for."""
    asked: list[Any] = []
    original = sheets.draw_contact_sheet

    def spy(*args: Any) -> None:
        asked.extend(args)
        original(*args)

    monkeypatch.setattr(sheets, "draw_contact_sheet", spy)
    draw(path, clips)
    assert imread(path).std() > 0.02
    return asked[1:]


def test_lowest_scored_come_first_and_unscored_not_at_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clips: Clips
) -> None:
    draw = sheets.draw_lowest_scored
    tiles, title, subtitle = _drawn(monkeypatch, draw, tmp_path / "x.png", clips)
    assert [tile.caption for tile in tiles] == [
        "e.mp4   score 0.000\ncorrupted: truncated",
        "d.mp4   score 0.200\ncorrupted: no face",
        "b.mp4   score 0.800, kept\ngood clip, wrong label: is Happy",
        "a.mp4   score 0.900, kept\ngood clip, right label",
    ]
    assert [tile.is_right for tile in tiles] == [True, True, False, False]
    assert [tile.frames is None for tile in tiles] == [True, False, False, False]
    assert "4 lowest" in title and "2 of them" in title and "40%" in subtitle


def test_undecodable_clips_do_not_fill_the_sheet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clips: Clips) -> None:
    monkeypatch.setattr(sheets, "read_video", lambda *_: None)
    draw = sheets.draw_lowest_scored
    tiles, _, subtitle = _drawn(monkeypatch, draw, tmp_path / "x.png", clips)
    assert len(tiles) == 3 and "1 more that cannot be decoded" in subtitle


def test_corrected_show_old_new_and_true_label(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clips: Clips) -> None:
    draw = sheets.draw_corrected
    tiles, title, _ = _drawn(monkeypatch, draw, tmp_path / "x.png", clips)
    assert [tile.caption for tile in tiles] == [
        "Sad → Happy   truth: Happy\nb.mp4",
        "Happy → Neutral   truth: Sad\nc.mp4",
    ]
    assert [tile.is_right for tile in tiles] == [True, False]
    assert title == "2 corrected labels, 50% of them to the true class"


def test_nothing_corrected_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clips: Clips) -> None:
    clips.table.corrected_labels[:] = clips.table.labels
    draw = sheets.draw_corrected
    tiles, title, _ = _drawn(monkeypatch, draw, tmp_path / "x.png", clips)
    assert tiles == [] and title == "0 corrected labels"
