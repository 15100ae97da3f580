"""Reading suites."""

from __future__ import annotations

from pathlib import Path

import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.benchmark.suite import PLAIN, read_suite, suite_names
from d2sp_mm.experiments.benchmark.suite_runner import SuiteRunner
from d2sp_mm.experiments.benchmark.trial import trials_of

GOOD = """
seeds = [0, 1]
data_sets = {"a": dict(config="d2sp/r3d/r3d_r18-slim_none_toy-dfer.py", source="toy")}
noises = {"both": dict(mislabel_rate=0.2, low_quality_rate=0.1), "clean": dict()}
methods = {"oracle": dict(role="control", protocol="oracle"), "d2sp": dict(role="ours", recipe="d2sp"),
           "plain": dict(role="control")}
"""


def _read(tmp_path: Path, text: str):
    (tmp_path / "suite.py").write_text(text)
    return read_suite(str(tmp_path / "suite.py"))


@pytest.mark.parametrize("name", suite_names())
def test_the_projects_suites_are_read_and_every_method_can_work_with_their_data_sets(name, tmp_path):
    suite = read_suite(name)
    runner = SuiteRunner(suite, tmp_path)
    assert set(runner.max_epochs) == set(suite.data_sets)
    assert len(suite.seeds) >= 5 and {"control", "baseline", "ours"} == {m.role for m in suite.methods.values()}
    assert any(noise.is_clean for noise in suite.noises.values())


def test_the_plain_run_comes_first_and_a_clean_set_has_no_oracle(tmp_path):
    trials = trials_of(_read(tmp_path, GOOD))
    assert [trial.name for trial in trials[:5]] == [
        "a/both/seed0 plain", "a/both/seed0 oracle", "a/both/seed0 d2sp", "a/clean/seed0 plain", "a/clean/seed0 d2sp",
    ]  # fmt: skip
    assert len(trials) == 10


def test_only_some_pairs_where_the_suite_says_so(tmp_path):
    trials = trials_of(_read(tmp_path, GOOD + 'only = [("a", "clean")]\n'))
    assert {trial.noisy_split.noise for trial in trials} == {"clean"}


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
        _read(tmp_path, GOOD.replace(old, new))


def test_an_unknown_suite_is_refused_with_those_there_are():
    with pytest.raises(ConfigError, match="short"):
        read_suite("long")


def test_a_method_that_cannot_work_with_a_schedule_is_refused_before_the_first_run(tmp_path):
    text = GOOD.replace('source="toy"', 'source="toy", options={"train_cfg.max_epochs": 6}')
    with pytest.raises(ConfigError, match="window=5"):
        SuiteRunner(_read(tmp_path, text), tmp_path)
    assert PLAIN not in [path.name for path in tmp_path.rglob("*")]


def test_the_digest_tells_trials_of_other_settings_apart(tmp_path):
    first = SuiteRunner(_read(tmp_path, GOOD), tmp_path)
    other = SuiteRunner(_read(tmp_path, GOOD.replace("mislabel_rate=0.2", "mislabel_rate=0.3")), tmp_path)
    trials = trials_of(first.suite)
    same = [trial.noisy_split.noise for trial in trials if first.digest(trial) == other.digest(trial)]
    assert set(same) == {"clean"} and len(same) == 4
