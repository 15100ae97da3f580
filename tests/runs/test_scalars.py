from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from d2sp_mm.runs.scalars import read_scalars

_LOG: list[dict[str, Any]] = [{"loss": 2.0, "step": 1}, {"acc/top1": 0.9, "step": 1}]


def _write(folder: Path, name: str, text: str) -> None:
    path = folder / name / "vis_data" / "scalars.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)


def test_no_log_yet_and_a_half_written_line_are_no_error(tmp_path: Path) -> None:
    assert read_scalars(tmp_path) == []
    _write(tmp_path, "20260101_000000", "".join(json.dumps(entry) + "\n" for entry in _LOG) + '{"loss": 1.')
    assert read_scalars(tmp_path) == _LOG


def test_the_newest_run_in_a_work_dir_is_read(tmp_path: Path) -> None:
    _write(tmp_path, "20260101_000000", '{"step": 1}\n')
    _write(tmp_path, "20260102_000000", '{"step": 2}\n')
    assert read_scalars(tmp_path) == [{"step": 2}]
    assert read_scalars(tmp_path, every_start=True) == [{"step": 1}, {"step": 2}]
