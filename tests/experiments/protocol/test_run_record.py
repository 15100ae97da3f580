from __future__ import annotations

import pytest

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.protocol.run_record import check_record, write_record


def test_the_same_settings_pass_and_no_record_says_nothing(tmp_path):
    settings = {"config": {"lr": 0.1, "betas": (0.9, 0.999), "path": tmp_path}, "arguments": []}
    check_record(tmp_path / "settings.json", settings)
    write_record(tmp_path / "settings.json", settings)
    check_record(tmp_path / "settings.json", settings)


def test_what_differs_is_named_with_both_values(tmp_path):
    write_record(tmp_path / "settings.json", {"a": {"b": [1, 2]}, "c": 1, "d": 1, "e": 1})
    with pytest.raises(ConfigError, match=r"a\.b\.1 was 2, is 3; c was 1, is None; d was 1, is 2; and 1 more"):
        check_record(tmp_path / "settings.json", {"a": {"b": [1, 3]}, "d": 2, "e": 2})


def test_a_broken_record_is_an_error_with_the_way_out(tmp_path):
    (tmp_path / "settings.json").write_text("{")
    with pytest.raises(DataError, match="--work-dir"):
        check_record(tmp_path / "settings.json", {})
