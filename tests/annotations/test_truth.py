from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from d2sp_mm.annotations.truth import read_truth, write_truth
from d2sp_mm.errors import DataError


def test_truth_comes_back(tmp_path: Path) -> None:
    noise = ["clean", "low_quality", "mislabel"]
    write_truth(tmp_path / "truth.csv", ["a, 1", "b\udcff", "c"], np.array([2, 0, 1]), noise)
    expected = b'key,true_label,noise\n"a, 1",2,clean\nb\xff,0,low_quality\nc,1,mislabel\n'
    assert (tmp_path / "truth.csv").read_bytes() == expected
    truth = read_truth(tmp_path / "truth.csv")
    assert truth.keys == ["a, 1", "b\udcff", "c"]
    assert truth.true_labels.dtype == np.int64 and truth.true_labels.tolist() == [2, 0, 1]
    assert truth.noise.tolist() == noise
    assert len(truth) == 3


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("", "holds no samples"),
        ("a,x,clean\n", "line 2: the true_label 'x'"),
        ("a,-1,clean\n", "line 2: the true_label '-1'"),
        ("a,1,clean\nb,1,noisy\n", "line 3: the noise 'noisy' is unknown; expected clean, low_quality, mislabel"),
        ("a,1,clean\na,1,clean\n", "the key 'a' occurs twice"),
    ],
)
def test_bad_rows_are_refused_on_reading(tmp_path: Path, rows: str, message: str) -> None:
    (tmp_path / "truth.csv").write_text("key,true_label,noise\n" + rows)
    with pytest.raises(DataError, match=message):
        read_truth(tmp_path / "truth.csv")


@pytest.mark.parametrize(
    ("keys", "labels", "noise", "message"),
    [
        (["a"], [1, 2], ["clean"], "1 keys, 2 labels and 1 noises"),
        (["a", "a"], [1, 2], ["clean", "clean"], "'a' occurs twice"),
        (["a"], [-1], ["clean"], "the true_label -1 of 'a'"),
        (["a"], [1], ["dirty"], "the noise 'dirty' of 'a'"),
    ],
)
def test_bad_rows_are_refused_on_writing(tmp_path: Path, keys: list, labels: list, noise: list, message: str) -> None:
    with pytest.raises(DataError, match=message):
        write_truth(tmp_path / "truth.csv", keys, labels, noise)
    assert not (tmp_path / "truth.csv").exists()
