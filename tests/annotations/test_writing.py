from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from d2sp_mm.annotations import Annotations, read_annotations, write_annotations
from d2sp_mm.errors import ConfigError, DataError


@pytest.fixture
def annotations(tmp_path: Path) -> Annotations:
    (tmp_path / "list.txt").write_bytes(b"a 1\nb 2\n")
    return read_annotations(tmp_path / "list.txt")


def test_without_keep_and_labels_the_file_is_the_same(tmp_path: Path, annotations: Annotations) -> None:
    write_annotations(annotations, tmp_path / "out" / "list.txt")
    assert (tmp_path / "out" / "list.txt").read_bytes() == b"a 1\nb 2\n"


@pytest.mark.parametrize(
    ("keep", "labels", "message"),
    [
        ([True], None, r"keep has shape \(1,\)"),
        ([1, 0], None, "keep has shape .* and type int64"),
        ([False, False], None, "keep drops every sample"),
        (None, [1], r"labels have shape \(1,\)"),
        (None, [1.0, 2.0], "type float64"),
        (None, [1, -1], "labels holds -1"),
    ],
)
def test_what_does_not_fit_is_refused(
    tmp_path: Path, annotations: Annotations, keep: list | None, labels: list | None, message: str
) -> None:
    arrays = [None if values is None else np.array(values) for values in (keep, labels)]
    with pytest.raises(DataError, match=message):
        write_annotations(annotations, tmp_path / "out.txt", *arrays)
    assert not (tmp_path / "out.txt").exists()


def test_a_pose_file_must_end_in_pkl(tmp_path: Path) -> None:
    import pickle

    (tmp_path / "in.pkl").write_bytes(pickle.dumps([{"frame_dir": "a", "label": 0}]))
    with pytest.raises(ConfigError, match=r"end in \.pkl"):
        write_annotations(read_annotations(tmp_path / "in.pkl"), tmp_path / "out.txt")
