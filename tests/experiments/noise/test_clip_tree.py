from __future__ import annotations

from pathlib import Path

import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.noise.clip_tree import check_clips, link_clip, new_paths


def test_paths_stay_where_they_can() -> None:
    paths = ["a.mp4", "b.mkv", "c.mkv", "d.mkv", "d.mkv.mp4"]
    assert new_paths(paths, {0, 1, 2, 3}, {0, 1, 3}) == ["a.mp4", "b.mkv.mp4", "c.mkv", "d.mkv.2.mp4", "d.mkv.mp4"]


def test_a_shared_file_is_not_replaced() -> None:
    assert new_paths(["a.mp4", "./a.mp4", "a.mp4"], {0, 2}, {0, 2}) == ["a.mp4.mp4", "./a.mp4", "a.mp4.2.mp4"]
    assert new_paths(["a", "a"], {1}, set()) == ["a", "a.2"]


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["../a.mp4"], "leaves data_root"),
        (["d/../../a.mp4"], "leaves data_root"),
        (["/a.mp4"], "leaves data_root"),
        (["a.mp4", "b.mp4"], r"b\.mp4: does not exist; check data_root"),
        (["d", "d/e"], "'d/e' lies inside the folder of another clip"),
    ],
)
def test_clips_that_cannot_be_mirrored_are_refused(tmp_path: Path, paths: list[str], message: str) -> None:
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "a.mp4").touch()
    with pytest.raises(DataError, match=message):
        check_clips(paths, tmp_path)


def test_clips_that_exist_pass(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.mp4").touch()
    check_clips(["d/a.mp4", "./d/a.mp4"], tmp_path)


def test_a_clip_is_linked_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("content")
    for _ in range(2):
        link_clip(tmp_path / "a", tmp_path / "out" / "d" / "a")
    assert (tmp_path / "out" / "d" / "a").is_symlink()
    assert (tmp_path / "out" / "d" / "a").read_text() == "content"


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "b").touch()
    with pytest.raises(DataError, match="b: cannot be made a symbolic link"):
        link_clip(tmp_path / "a", tmp_path / "b")
