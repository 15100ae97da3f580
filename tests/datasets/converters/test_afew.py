"""AFEW as videos and as faces; a clip stands once."""

from __future__ import annotations

import shutil

import pytest

from d2sp_mm.errors import ConfigError, DataError
from tests.datasets.converters import trees
from tests.datasets.converters.converting import convert
from tests.datasets.converters.trees import FRAMES


def test_afew_takes_faces_by_a_pattern(tmp_path):
    root = trees.make_afew(tmp_path)
    conversion = convert("afew", root, clips="AlignedFaces_LBPTOP_Points*/Faces")
    assert all(len(clip.frames) == FRAMES for listed in conversion.lists.values() for clip in listed)
    videos = convert("afew", root)
    assert [c.label for c in conversion.lists["train"]] == [c.label for c in videos.lists["train"]]
    with pytest.raises(ConfigError, match="fits 0 folders"):
        convert("afew", root, clips="Cropped*")
    shutil.rmtree(root / "Val_AFEW")
    with pytest.raises(ConfigError, match="no folder Val_AFEW"):
        convert("afew", root)


def test_a_clip_of_afew_in_both_parts_is_refused(tmp_path):
    root = trees.make_afew(tmp_path)
    clip = sorted((root / "Train_AFEW/Happy").iterdir())[0]
    shutil.copy(clip, root / "Val_AFEW/Sad" / clip.name)
    with pytest.raises(DataError, match="stand in both train and test"):
        convert("afew", root)


def test_a_clip_of_afew_under_two_emotions_is_refused(tmp_path):
    root = trees.make_afew(tmp_path)
    clip = sorted((root / "Train_AFEW/Happy").iterdir())[0]
    shutil.copy(clip, root / "Train_AFEW/Sad" / clip.name)
    with pytest.raises(DataError, match="AFEW, train: 1 clips are named more than once"):
        convert("afew", root)
