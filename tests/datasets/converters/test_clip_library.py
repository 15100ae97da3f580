"""What counts as a clip."""

from __future__ import annotations

import pytest

from d2sp_mm.errors import DataError
from tests.datasets.converters import trees
from tests.datasets.converters.converting import convert
from tests.datasets.converters.trees import FRAMES


def test_hidden_files_and_foreign_folders_are_no_clips(tmp_path):
    """What macOS, notebooks and file servers leave behind."""
    frames = trees.make_dfew(tmp_path / "dfew")
    (frames / "Clip/clip_224x224/00003/._frame_1.jpg").write_bytes(b"x")
    assert len(convert("dfew", frames).lists["fold1_train"][1].frames) == FRAMES
    mafw = trees.make_mafw(tmp_path / "mafw")
    (mafw / "data/clips/.ipynb_checkpoints").mkdir()
    (mafw / "data/clips/backup").mkdir()
    assert convert("mafw", mafw).lists["fold1_train"][0].frames is None
    crema_d = trees.make_crema_d(tmp_path / "crema_d")
    (crema_d / "VideoFlash/._1001_DFA_ANG_XX.flv").write_bytes(b"x")
    assert sum(map(len, convert("crema-d", crema_d).lists.values())) == 5 * 42


def test_what_git_lfs_has_not_fetched_is_no_video(tmp_path):
    root = trees.make_crema_d(tmp_path)
    (root / "VideoFlash/1001_DFA_ANG_XX.flv").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(DataError, match="git lfs pull"):
        convert("crema-d", root)
