"""The options, and the counts that differ from what is published."""

from __future__ import annotations

import pytest

from d2sp_mm.datasets.converters import Options
from d2sp_mm.errors import ConfigError
from tests.datasets.converters import trees
from tests.datasets.converters.converting import convert


def test_differences_from_what_is_published_are_told(tmp_path):
    differences = convert("dfew", trees.make_dfew(tmp_path / "dfew")).count_differences()
    assert "all: 35 clips, published are 11,697 (-11,662)." in differences and len(differences) == 11
    assert convert("crema-d", trees.make_crema_d(tmp_path / "crema")).count_differences()[0].startswith("all: 42 clips")
    differences = convert("ferv39k", trees.make_ferv39k(tmp_path / "ferv")).count_differences()
    assert "training clips of fewer than 16 frames: 14, published are 3,257." in differences


@pytest.mark.parametrize(("setting", "value"), [("first_label", 2), ("min_agreement", 0.0), ("min_agreement", 1.1)])
def test_options_out_of_range_are_named(setting, value):
    with pytest.raises(ConfigError, match=f"{setting}={value!r}"):
        Options(**{setting: value})
