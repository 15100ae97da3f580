from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from d2sp_mm.experiments.protocol.training_process import TrainingError, TrainingProcess


def _wait(run: TrainingProcess) -> None:
    deadline = time.monotonic() + 30
    while not run.is_finished():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_all_output_goes_to_the_log(tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    code = "import os, sys; print('out'); print(os.environ['OMP_NUM_THREADS'], file=sys.stderr)"
    run = TrainingProcess("x", [sys.executable, "-c", code], tmp_path / "x")
    _wait(run)
    assert sorted(run.log.read_text().split()) == ["1", "out"]
    assert capfd.readouterr() == ("", "")
    assert run.seconds > 0


def test_a_failure_shows_the_end_of_the_log_and_its_path(tmp_path: Path) -> None:
    code = "print('\\n'.join(f'line {i}' for i in range(100))); raise SystemExit(3)"
    run = TrainingProcess("x", [sys.executable, "-c", code], tmp_path / "x")
    with pytest.raises(TrainingError) as caught:
        _wait(run)
    message = str(caught.value)
    assert "'x' ended with code 3" in message and str(run.log) in message
    assert "line 99" in message and "line 50" not in message


def test_progress_is_that_of_the_log(tmp_path: Path) -> None:
    run = TrainingProcess("x", [sys.executable, "-c", ""], tmp_path / "x")
    assert run.progress() == (0, None)
    path = run.work_dir / "20260101_000000" / "vis_data" / "scalars.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"loss": 2.0, "epoch": 1}\n{"loss": 1.5, "epoch": 2}\n{"acc/top1": 0.5, "step": 2}\n')
    assert run.progress() == (2, 1.5)
    _wait(run)


def test_progress_of_passes_is_that_of_all_of_them(tmp_path: Path) -> None:
    run = TrainingProcess("x", [sys.executable, "-c", ""], tmp_path / "x")
    for name, start, epochs in (("pass_1", "20260101_000000", 3), ("final", "20260102_000000", 2)):
        path = run.work_dir / name / start / "vis_data" / "scalars.json"
        path.parent.mkdir(parents=True)
        path.write_text("".join(f'{{"loss": {epoch}.5, "epoch": {epoch}}}\n' for epoch in range(1, epochs + 1)))
    assert run.progress() == (5, 2.5)
    _wait(run)
