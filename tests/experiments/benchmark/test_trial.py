from __future__ import annotations

from d2sp_mm.experiments.benchmark.trial import trials_of
from tests.experiments.benchmark.small_suite import SMALL, read_suite_text


def test_the_plain_run_comes_first_and_a_clean_set_has_no_oracle(tmp_path):
    trials = trials_of(read_suite_text(tmp_path))
    assert [trial.name for trial in trials[:5]] == [
        "a/both/seed0 plain", "a/both/seed0 oracle", "a/both/seed0 d2sp", "a/clean/seed0 plain", "a/clean/seed0 d2sp",
    ]  # fmt: skip
    assert len(trials) == 10


def test_only_some_pairs_where_the_suite_says_so(tmp_path):
    trials = trials_of(read_suite_text(tmp_path, SMALL + 'only = [("a", "clean")]\n'))
    assert {trial.noisy_split.noise for trial in trials} == {"clean"}
