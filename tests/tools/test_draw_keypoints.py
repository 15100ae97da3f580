from __future__ import annotations

import pickle
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.load_tool import load_tool

_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    return load_tool("draw_keypoints")


def test_it_draws_the_splits_that_are_named(tool: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    keypoint = np.random.default_rng(0).uniform(size=(1, 3, 7, 2))
    entries = [dict(frame_dir=name, label=1, total_frames=3, keypoint=keypoint) for name in "ab"]
    (tmp_path / "pose.pkl").write_bytes(pickle.dumps({"split": {"x": ["a"], "y": ["b"]}, "annotations": entries}))
    tool.main([str(tmp_path / "pose.pkl"), "--out", str(tmp_path / "out"), "--splits", "y"])
    assert [path.name for path in (tmp_path / "out" / "videos").iterdir()] == ["b.mp4"]
    assert (tmp_path / "out" / "y.txt").read_text() == "b.mp4 1\n"
    assert "y.txt; data_prefix: " in capsys.readouterr().out


def test_a_bad_setting_ends_with_one_clear_line(tool: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"draw_keypoints: .*absent\.pkl: cannot be read"):
        tool.main([str(tmp_path / "absent.pkl"), "--out", str(tmp_path / "out")])
