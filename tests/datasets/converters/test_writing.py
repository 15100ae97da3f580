"""What is written: frames by number, links, and nothing half done."""

from __future__ import annotations

import shutil

import cv2
import pytest

from d2sp_mm.datasets.converters import Options
from d2sp_mm.datasets.converters.writing import write_conversion
from d2sp_mm.errors import ConfigError
from tests.datasets.converters import trees
from tests.datasets.converters.converting import convert, written
from tests.datasets.converters.trees import FRAMES, write_frames


def test_frames_are_numbered_in_their_order_not_by_letter(tmp_path):
    out = written("dfew", trees.make_dfew(tmp_path / "set"), tmp_path / "out")
    brightness = [cv2.imread(str(out / "frames/00003" / f"img_{i + 1:05}.jpg")).mean() for i in range(FRAMES)]
    assert brightness == sorted(brightness) and brightness[-1] == pytest.approx(10 * FRAMES, abs=2)
    assert (out / "fold5_test.txt").read_text().splitlines()[0] == "00005 11 0"
    # The links are relative: set and lists can move together.
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    shutil.move(tmp_path / "set", moved / "set")
    shutil.move(out, moved / "out")
    assert cv2.imread(str(moved / "out/frames/00003/img_00011.jpg")) is not None


def test_a_folder_that_is_named_as_mmaction2_wants_is_linked_whole(tmp_path):
    root = trees.make_dfew(tmp_path / "set")
    shutil.rmtree(root / "Clip/clip_224x224/00003")
    write_frames(root / "Clip/clip_224x224/00003", names="img_{:05}.jpg")
    out = written("dfew", root, tmp_path / "out")
    assert (out / "frames/00003").is_symlink() and not (out / "frames/00004").is_symlink()


def test_links_of_frames_are_short_enough_to_cost_no_block(tmp_path):
    out = written("ferv39k", trees.make_ferv39k(tmp_path / "set"), tmp_path / "out")
    links = [path for path in out.rglob("img_*.jpg") if path.is_symlink()]
    assert len(links) == 28 * FRAMES and max(len(str(path.readlink())) for path in links) < 60


def test_a_conversion_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    conversion = convert("dfew", trees.make_dfew(tmp_path / "set"))

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("d2sp_mm.datasets.converters.writing.write_truth", full)
    with pytest.raises(ConfigError, match="No space left on device"):
        write_conversion(conversion, tmp_path / "out", Options())
    assert [entry.name for entry in tmp_path.iterdir()] == ["set"]
    monkeypatch.undo()
    # What a killed conversion has left behind does not stand in the way.
    (tmp_path / ".out.partial").mkdir()
    (tmp_path / ".out.partial" / "videos").symlink_to(tmp_path)
    (tmp_path / "out").mkdir()
    write_conversion(conversion, tmp_path / "out", Options())
    assert (tmp_path / "out/fold5_test.txt").is_file()


def test_nothing_is_written_over(tmp_path):
    root = trees.make_dfew(tmp_path / "set")
    out = written("dfew", root, tmp_path / "out")
    with pytest.raises(ConfigError, match="holds something already"):
        written("dfew", root, out)
