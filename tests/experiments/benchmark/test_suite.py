from __future__ import annotations

import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.benchmark.suite import read_suite
from tests.experiments.benchmark.small_suite import SMALL, read_suite_text


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("seeds = [0, 1]", "", "seeds is missing"),
        ('"plain": dict(role="control")', "", "no 'plain'"),
        ('role="ours"', 'role="mine"', "role='mine'"),
        ('protocol="oracle"', 'protocol="luck"', "protocol='luck'"),
        ('source="toy"', 'source="web"', "source='web'"),
        ("mislabel_rate", "mislabelled", "no setting 'mislabelled'"),
        ('source="toy"', 'source="toy", options={"val_dataloader.batch_size": 2}', "set 'test_dataloader.batch_size'"),
        ('source="toy"', 'source="toy", options={"randomness.seed": 2}', "'randomness.seed'.*leave it out"),
        ("seeds = [0, 1]", 'seeds = [0]\nonly = [("a", "b")]', "only names"),
    ],
)
def test_what_cannot_be_is_refused_by_name(tmp_path, old, new, words):
    with pytest.raises(ConfigError, match=words):
        read_suite_text(tmp_path, SMALL.replace(old, new))


def test_an_unknown_suite_is_refused_with_those_there_are():
    with pytest.raises(ConfigError, match="short"):
        read_suite("long")
