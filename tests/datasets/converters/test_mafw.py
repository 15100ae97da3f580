"""MAFW as folders of faces."""

from __future__ import annotations

from tests.datasets.converters import trees
from tests.datasets.converters.converting import convert
from tests.datasets.converters.trees import FRAMES, write_frames


def test_mafw_takes_folders_of_faces(tmp_path):
    root = trees.make_mafw(tmp_path)
    for number in range(1, 23):
        write_frames(root / "faces" / f"{number:05}")
    lists = convert("mafw", root, clips="faces").lists
    assert (lists["fold1_train"][0].key, len(lists["fold1_train"][0].frames)) == ("00002", FRAMES)
