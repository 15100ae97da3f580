"""The command line is thin: it draws the set, and errors are one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.load_tool import tool_path

_ROOT = Path(__file__).resolve().parents[3]


def _call(*arguments):
    return subprocess.run(
        [sys.executable, str(tool_path("make_toy_dfer")), *arguments],
        capture_output=True,
        text=True,
        cwd=_ROOT,
        env={"PYTHONPATH": str(_ROOT), "PATH": ""},
        check=False,
    )


def test_it_draws(tmp_path):
    small = ("--num-train", "7", "--num-test", "7", "--image-size", "32", "--num-frames", "2", "--workers", "1")
    done = _call(str(tmp_path / "set"), *small)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "set" / "toy.json").is_file()


def test_a_bad_setting_is_one_line(tmp_path):
    done = _call(str(tmp_path / "set"), "--mislabel-rate", "20")
    assert done.returncode == 1
    assert "mislabel_rate 20.0 must lie in [0, 1]" in done.stderr
    assert "Traceback" not in done.stderr
