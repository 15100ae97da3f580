from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.noise.confusion import SOURCES, asymmetric, choose_confusion, confusion_matrix, symmetric

_MATRIX = [[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.0, 0.5, 0.5]]


def test_patterns_have_the_size_of_the_training_set() -> None:
    np.testing.assert_array_equal(choose_confusion("symmetric", 5), symmetric(5))
    np.testing.assert_array_equal(choose_confusion("asymmetric", 5), asymmetric(5))


@pytest.mark.parametrize("source", SOURCES)
def test_every_built_in_source_is_known(source: str) -> None:
    np.testing.assert_array_equal(choose_confusion(source, 7), confusion_matrix(source))


@pytest.mark.parametrize("name", ["rows.json", "dict.json", "m.csv", "m.npy"])
def test_a_file_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "m.npy":
        np.save(path, _MATRIX)
    elif name == "m.csv":
        path.write_text("\n".join(",".join(map(str, row)) for row in _MATRIX))
    else:
        path.write_text(json.dumps(_MATRIX if name == "rows.json" else {"matrix": _MATRIX}))
    np.testing.assert_array_equal(choose_confusion(str(path), 3), _MATRIX)


def test_another_number_of_classes_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", _MATRIX)
    with pytest.raises(ConfigError, match=r"has shape \(3, 3\), but the training set has 4 classes"):
        choose_confusion(str(tmp_path / "m.npy"), 4)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ConfigError, match="confusion='random' is unknown; choose one of symmetric, asymmetric"):
        choose_confusion("random", 3)


@pytest.mark.parametrize(("name", "content"), [("m.json", "{}"), ("m.json", "no"), ("m.csv", "a,b\n"), ("m.npy", "x")])
def test_a_file_without_a_matrix_is_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match="no confusion matrix can be read"):
        choose_confusion(str(tmp_path / name), 3)
