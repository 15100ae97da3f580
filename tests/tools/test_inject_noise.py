from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from types import ModuleType

import decord
import numpy as np
import pytest

from d2sp_mm.annotations import read_annotations
from d2sp_mm.annotations.truth import read_truth
from tests.load_tool import load_tool

_ROOT = Path(__file__).resolve().parents[2]
_DATA = _ROOT.parent / "shared" / "data"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    return load_tool("inject_noise")


def test_real_pose_file(tool: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    source = _DATA / "uci_gfe" / "uci_gfe_face100_2d.pkl"
    if not source.exists():
        pytest.skip("the shared pose data set is not beside the repository")
    arguments = ["--mislabel-rate", "0.2", "--low-quality-rate", "0.1", "--seed", "1"]
    tool.main([str(source), "--out", str(tmp_path / "out"), *arguments])
    noisy = read_annotations(tmp_path / "out" / source.name, split="train")
    given = read_annotations(source, split="train")
    truth = read_truth(tmp_path / "out" / "truth.csv")
    assert Counter(truth.noise.tolist()) == {"clean": 217, "mislabel": 62, "low_quality": 31}
    np.testing.assert_array_equal(truth.noise == "mislabel", noisy.labels != given.labels)
    assert truth.keys == noisy.keys
    record = json.loads((tmp_path / "out" / "noise.json").read_text())
    assert record["planted"] == {"clean": 217, "low_quality": 31, "mislabel": 62}
    assert record["arguments"]["seed"] == 1 and record["arguments"]["confusion"] == "symmetric"
    assert "Planted noise" in capsys.readouterr().out


def test_real_clips(tool: ModuleType, tmp_path: Path) -> None:
    clips = sorted((_DATA / "clips" / "grid").glob("*.mpg"))[:6]
    if not clips:
        pytest.skip("the shared clips are not beside the repository")
    (tmp_path / "list.txt").write_text("".join(f"{clip.name} {i}\n" for i, clip in enumerate(clips)))
    arguments = ["--data-root", str(clips[0].parent), "--confusion", "ferplus", "--num-classes", "7"]
    arguments += ["--mislabel-rate", "0.3", "--low-quality-rate", "0.5", "--corrupt", "dark", "frozen", "truncated"]
    tool.main([str(tmp_path / "list.txt"), "--out", str(tmp_path / "out"), *arguments])
    truth = read_truth(tmp_path / "out" / "truth.csv")
    assert Counter(truth.noise.tolist()) == {"clean": 1, "mislabel": 2, "low_quality": 3}
    written = [key for key in truth.keys if key.endswith(".mpg.mp4")]
    assert len(written) == 2
    for key in written:
        assert decord.VideoReader(str(tmp_path / "out" / "data" / key))[5].shape == (288, 360, 3)


def test_a_bad_setting_ends_with_one_clear_line(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("a.mp4 0\nb.mp4 1\n")
    with pytest.raises(SystemExit, match="inject_noise: confusion='random' is unknown"):
        tool.main([str(tmp_path / "list.txt"), "--out", str(tmp_path / "out"), "--confusion", "random"])
