from __future__ import annotations

import dataclasses

import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.benchmark.clean_set import clean_set


def test_an_annotation_that_is_not_there_says_how_to_get_it(data_set, tmp_path):
    with pytest.raises(ConfigError, match=r"ann_file='nowhere\.pkl' is not there"):
        clean_set(dataclasses.replace(data_set, settings={"ann_file": "nowhere.pkl"}), tmp_path, 0)
