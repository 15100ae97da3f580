"""A cut file is shorter, and what is left of it is the old beginning."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.noise.corrupt_files import truncate_file


@pytest.mark.parametrize("seed", range(5))
def test_the_end_is_cut_off(tmp_path, seed):
    file = tmp_path / "clip.mp4"
    content = np.random.default_rng(0).bytes(1000)
    file.write_bytes(content)
    length = truncate_file(file, np.random.default_rng(seed))
    assert 300 <= length <= 700
    assert file.read_bytes() == content[:length]


def test_no_file_and_empty_file_are_refused(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        truncate_file(tmp_path / "absent.mp4", np.random.default_rng(0))
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(DataError, match="empty"):
        truncate_file(tmp_path / "empty.mp4", np.random.default_rng(0))
